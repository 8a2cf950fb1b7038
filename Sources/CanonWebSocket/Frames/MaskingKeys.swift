/// The keys a client masks its frames with: fresh for each frame and not to be foreseen (RFC 6455 section 5.3).
struct MaskingKeys {
    private var generator: any RandomNumberGenerator
    /// The second half of the last random number: one call of the system gives two keys.
    private var spare: UInt32?

    init(generator: some RandomNumberGenerator = SystemRandomNumberGenerator()) {
        self.generator = generator
    }

    mutating func next() -> UInt32 {
        if let key = spare {
            spare = nil
            return key
        }
        let number = generator.next()
        spare = UInt32(truncatingIfNeeded: number >> 32)
        return UInt32(truncatingIfNeeded: number)
    }
}
