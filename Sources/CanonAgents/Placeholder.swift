enum CanonAgentsPlaceholder {}
