"""The UnitedHealthcare Provider Portal."""
