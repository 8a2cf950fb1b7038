internal import Synchronization

/// Something that is found out when somebody asks for the first time, by whichever thread.
///
/// The answer must be the same whoever finds it: it is made without the lock, so that a question may lead to another one.
final class Memo<Value: Sendable>: Sendable {
    private let known = Mutex<Value?>(nil)

    func value(_ make: () -> Value) -> Value {
        if let value = known.withLock({ $0 }) { return value }
        let made = make()
        known.withLock { $0 = made }
        return made
    }
}

/// The same for numbered things.
final class MemoTable<Value: Sendable>: Sendable {
    private let known = Mutex<[UInt32: Value]>([:])

    func value(of number: UInt32, _ make: () -> Value) -> Value {
        if let value = known.withLock({ $0[number] }) { return value }
        let made = make()
        known.withLock { $0[number] = made }
        return made
    }
}
