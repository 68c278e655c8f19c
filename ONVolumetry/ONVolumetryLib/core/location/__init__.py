"""Where the lesion lies: landmarks, zones of JIC and ACP, necrotic angles and size classes."""
