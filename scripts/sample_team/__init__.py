"""What the sample team's folder holds, as data, and how its workbooks are written."""
