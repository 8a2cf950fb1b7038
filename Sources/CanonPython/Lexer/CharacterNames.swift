/// The names that `\N{...}` knows: every character's name and its formal aliases, not the named sequences.
enum CharacterNames {
    /// The character called `name`, if a Python of that version knows it.
    static func scalar(named name: UnsafeBufferPointer<UInt8>, version: PythonVersion) -> UInt32? {
        let known = version.unicode
        let limit = UInt16(known.major) << 8 | UInt16(known.minor)
        if let scalar = computed(name) {
            guard let age = scalar.properties.age else { return nil }
            return UInt16(age.major) << 8 | UInt16(age.minor) <= limit ? scalar.value : nil
        }
        // A slip of the table of 3.8: fifteen code points behind extension F that no character has.
        if version == .v3_8, let value = ideograph(String(decoding: name, as: UTF8.self)), (0x2EBE1...0x2EBEF) ~= value
        {
            return value
        }
        guard let value = table.find(hash(name)) else { return nil }
        // An alias counts from the first version on that is supported.
        guard !value.isAlias else { return value.scalar }
        guard let age = Unicode.Scalar(value.scalar)?.properties.age else { return nil }
        return UInt16(age.major) << 8 | UInt16(age.minor) <= limit ? value.scalar : nil
    }

    /// Made when the first named escape is read: about 35,000 names.
    private static let table: NameHashes = {
        var table = NameHashes()
        // Where named characters are: the first two planes, the compatibility ideographs of the third, and the tags. Without the
        // ideographs whose names follow from their numbers: those of CJK and Hangul are computed below, and CPython knows no
        // names of Tangut ideographs.
        for range in [
            0x20...0x33FF, 0x4DC0...0x4DFF, 0xA000...0xABFF, 0xD7B0...0x16FFF, 0x18800...0x18CFF, 0x18D80...0x1FFFF,
            0x2F800...0x2FA1F, 0xE0000...0xE01EF,
        ] {
            for value in range {
                guard let scalar = Unicode.Scalar(UInt32(value)), let name = scalar.properties.name else { continue }
                var copy = name
                let hash = copy.withUTF8 { Self.hash($0) }
                table.insert(hash, NameHashes.Value(scalar: scalar.value, isAlias: false))
            }
        }
        CharacterAliases.forEach { scalar, alias in
            table.insert(hash(alias), NameHashes.Value(scalar: scalar, isAlias: true))
        }
        return table
    }()

    /// The character whose name follows from its number: Hangul syllables and unified ideographs, in capitals.
    private static func computed(_ name: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
        let text = String(decoding: name, as: UTF8.self)
        if let value = ideograph(text) {
            guard let scalar = Unicode.Scalar(value), scalar.properties.name == text else { return nil }
            return scalar
        }
        if text.hasPrefix("HANGUL SYLLABLE ") { return hangul[text] }
        return nil
    }

    /// The number in the name of a unified ideograph.
    private static func ideograph(_ name: String) -> UInt32? {
        guard name.hasPrefix("CJK UNIFIED IDEOGRAPH-") else { return nil }
        let digits = name.dropFirst(22)
        guard (4...5).contains(digits.count), digits == digits.uppercased() else { return nil }
        return UInt32(digits, radix: 16)
    }

    private static let hangul: [String: Unicode.Scalar] = {
        var names: [String: Unicode.Scalar] = [:]
        for value in UInt32(0xAC00)...0xD7A3 {
            if let scalar = Unicode.Scalar(value), let name = scalar.properties.name { names[name] = scalar }
        }
        return names
    }()

    /// FNV-1a of the name in capitals.
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name {
            let capital = byte &- 0x61 < 26 ? byte &- 0x20 : byte
            hash = (hash ^ UInt64(capital)) &* 0x100_0000_01b3
        }
        return hash
    }
}

/// Characters by the hashes of their names, in a table with open addresses: cheaper to make than one that is sorted.
private struct NameHashes {
    struct Value {
        var scalar: UInt32
        var isAlias: Bool
    }

    private static let bits: UInt64 = 17
    /// The hashes, 0 where there is none, and what they stand for.
    private var hashes = [UInt64](repeating: 0, count: 1 << Int(bits))
    private var values = [Value](repeating: Value(scalar: 0, isAlias: false), count: 1 << Int(bits))

    mutating func insert(_ hash: UInt64, _ value: Value) {
        let place = place(of: hash)
        hashes[place] = hash
        values[place] = value
    }

    func find(_ hash: UInt64) -> Value? {
        let place = place(of: hash)
        return hashes[place] == hash ? values[place] : nil
    }

    /// Where a hash is, or the free place where it belongs; the table is half empty.
    private func place(of hash: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> (64 - Self.bits))
        while hashes[place] != 0, hashes[place] != hash { place = (place + 1) & (hashes.count - 1) }
        return place
    }
}
