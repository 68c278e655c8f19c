"""The regression of a lesion in 3D: surfaces, scene, pictures, movie and model (plain VTK; imports only core)."""
