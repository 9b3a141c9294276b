"""The person on one open page: who they are, how they log in and how they leave."""
