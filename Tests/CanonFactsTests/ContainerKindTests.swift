import CanonFacts
import Testing

@Suite("Kinds of containers")
struct ContainerKindTests {
    @Test(
        "types are known by the last part of their names",
        arguments: [
            ("dict", .dict), ("UserDict", .dict), ("UserList", .list), ("MutableMapping", .dict), ("array", .list),
            ("WeakValueDictionary", .weakValueDictionary), ("JoinableQueue", .queue), ("LifoQueue", .queue),
            ("set", .set), ("local", .threadLocal), ("RLock", .lock), ("BoundedSemaphore", .semaphore),
            ("deque", .deque), ("bytearray", .list), ("Event", .event), ("ContextVar", .contextVar),
        ] as [(String, ContainerKind)])
    func known(name: String, kind: ContainerKind) {
        #expect(Self.kind(of: name) == kind)
    }

    @Test(
        "other names are no containers",
        arguments: [
            "", "d", "dic", "dicts", "DICT", "Ünicode", "listing", "aVeryLongNameOfAClassThatIsNoContainerAtAll",
        ])
    func unknown(name: String) {
        #expect(Self.kind(of: name) == .none)
    }

    private static func kind(of name: String) -> ContainerKind {
        Array(name.utf8).withUnsafeBufferPointer { ContainerKind.named($0) }
    }
}
