"""What builds the embedded study and the catalogue; never needed to run geosocial."""
