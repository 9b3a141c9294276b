"""The person in one open page: who is there, how they come and how they leave."""
