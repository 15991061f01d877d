"""Maps: Folium dressed as an atlas, and any Folium map as one offline file."""
