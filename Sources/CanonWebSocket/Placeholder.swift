enum CanonWebSocketPlaceholder {}
