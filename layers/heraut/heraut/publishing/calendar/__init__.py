"""The calendar file people already use: read, check and turn into posts. `import_calendar` is the use case on top."""
