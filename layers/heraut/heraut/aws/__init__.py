"""What stands behind the ports in AWS: the only room that imports boto3."""
