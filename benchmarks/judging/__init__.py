"""What the measurements of judges share: the provider that stands in for one, and the peers."""
