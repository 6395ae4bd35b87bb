"""The support example: an agent that answers for a shop, and may change orders and give money back."""
