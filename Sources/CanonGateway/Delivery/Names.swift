import CanonWire

/// In this module a log event is one of a thread's log; swift-log has a type of the same name.
typealias LogEvent = CanonWire.LogEvent
