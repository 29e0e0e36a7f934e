"""The twin of Optum Behavioral Health's Provider Express: pages made by the server, forms that post, behind One Healthcare ID."""
