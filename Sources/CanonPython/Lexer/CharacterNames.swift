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
        let hash = Self.hash(name)
        var low = 0
        var high = table.count
        while low < high {
            let middle = (low + high) / 2
            if table[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        guard low < table.count, table[low].hash == hash, table[low].age <= limit else { return nil }
        return table[low].scalar
    }

    private struct Entry {
        var hash: UInt64
        var age: UInt16
        var scalar: UInt32
    }

    /// Sorted by hash. Made when the first named escape is read: about 35,000 names.
    private static let table: [Entry] = {
        var entries: [Entry] = []
        entries.reserveCapacity(40_000)
        // The planes that hold named characters: the first two, and the tags of plane 14.
        for range in [0x20...0x33FF, 0x4DC0...0x4DFF, 0xA000...0xABFF, 0xD7B0...0x1FFFF, 0xE0000...0xE01EF] {
            for value in range {
                guard let scalar = Unicode.Scalar(UInt32(value)), let age = scalar.properties.age,
                    let name = scalar.properties.name
                else { continue }
                var copy = name
                let hash = copy.withUTF8 { Self.hash($0) }
                entries.append(Entry(hash: hash, age: UInt16(age.major) << 8 | UInt16(age.minor), scalar: scalar.value))
            }
        }
        let aliases = CharacterAliases.names
        let bytes = UnsafeBufferPointer(start: aliases.utf8Start, count: aliases.utf8CodeUnitCount)
        for line in bytes.split(separator: 0x0A) {
            // "00A0 NBSP"
            guard let blank = line.firstIndex(of: 0x20),
                let scalar = UInt32(String(decoding: line[..<blank], as: UTF8.self), radix: 16)
            else { continue }
            let alias = UnsafeBufferPointer(rebasing: line[(blank + 1)...])
            entries.append(Entry(hash: hash(alias), age: 0, scalar: scalar))
        }
        entries.sort { $0.hash < $1.hash }
        return entries
    }()

    /// The character whose name follows from its number: Hangul syllables and unified ideographs, in capitals.
    private static func computed(_ name: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
        let text = String(decoding: name, as: UTF8.self)
        if text.hasPrefix("CJK UNIFIED IDEOGRAPH-") {
            let digits = text.dropFirst(22)
            guard (4...5).contains(digits.count), digits == digits.uppercased(), let value = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(value), scalar.properties.name == text
            else { return nil }
            return scalar
        }
        if text.hasPrefix("HANGUL SYLLABLE ") { return hangul[text] }
        return nil
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
