"""One module per way to reach a person: e-mail, Slack, Teams, Discord, Mattermost, a signed webhook."""
