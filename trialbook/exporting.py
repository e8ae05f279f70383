"""Environment variables by which a build tells its chapters where their files go, and for whom."""

# The folder where displayed tables and figures also go as files.
EXPORTS = "TRIALBOOK_EXPORTS"
# What each file says of its origin: the trial, the data's hash, the notice.
EXPORT_NOTE = "TRIALBOOK_EXPORT_NOTE"
# Set where the complete `tables/` are made, for those who have the data: the gate is open there.
# No page comes of such a process, see `trialbook.publishing.execute.Run`.
COMPLETE = "TRIALBOOK_COMPLETE"
