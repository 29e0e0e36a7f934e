"""ProviderConnect of Carelon Behavioral Health."""
