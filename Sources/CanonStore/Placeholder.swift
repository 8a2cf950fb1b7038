enum CanonStorePlaceholder {}
