/// Finds the concepts of a manifest that a text names.
///
/// A name is found at the borders of words only: `room-manager` is named by `RoomManager`, `room_manager` and "room managers", and not
/// by "bathroom manager". The class that a concept declares canonical names it as well, as it is written.
public struct ConceptNames: Sendable {
    private let concepts: [(name: String, letters: [Character], canonical: String)]

    /// - Parameter concepts: the names of concepts, with their canonical symbols.
    public init(_ concepts: [(name: String, canonical: String)]) {
        self.concepts = concepts.map { name, canonical in
            var letters = Array(ClaimWords.letters(of: name))
            // "rooms" is named by "room" as well.
            if letters.count > 4, letters.last == "s" { letters.removeLast() }
            return (name, letters, canonical.split(separator: ".").last.map(String.init) ?? "")
        }
    }

    public var names: [String] { concepts.map(\.name) }

    /// The concepts that are named, in the order of the manifest; of names that hold one another, the longest.
    public func named(in text: String) -> [String] {
        let words = Self.words(of: text)
        let identifiers = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        let found = concepts.filter { concept in
            identifiers.contains(concept.canonical) || (!concept.letters.isEmpty && Self.holds(words, concept.letters))
        }
        return found.filter { concept in
            !found.contains { other in
                other.name != concept.name && other.letters.count > concept.letters.count
                    && String(other.letters).contains(String(concept.letters))
            }
        }.map(\.name)
    }

    private static func holds(_ words: [[Character]], _ letters: [Character]) -> Bool {
        words.indices.contains { start in
            var rest = letters[...]
            for word in words[start...] {
                if word.count <= rest.count {
                    guard rest.starts(with: word) else { return false }
                    rest = rest.dropFirst(word.count)
                    if rest.isEmpty { return true }
                } else {
                    // The plural.
                    return word.starts(with: rest) && word.dropFirst(rest.count).elementsEqual(["s"])
                }
            }
            return false
        }
    }

    /// Lower-case words; capitals within a name begin one: `WebSocketManager` is web, socket, manager.
    private static func words(of text: String) -> [[Character]] {
        var words: [[Character]] = []
        var before: Character = " "
        for character in text {
            defer { before = character }
            guard character.isLetter || character.isNumber else { continue }
            let begins = !(before.isLetter || before.isNumber) || (character.isUppercase && !before.isUppercase)
            if begins { words.append([]) }
            words[words.count - 1].append(contentsOf: character.lowercased())
        }
        return words
    }
}
