"""Who a caller is: user name, roles, client and device key."""
