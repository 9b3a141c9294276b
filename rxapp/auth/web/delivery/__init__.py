"""How the built pages are served: headers, files, origins."""
