/// A template: the shapes that differ only where evidence says that a value stands.
public struct Template: Sendable, Identifiable {
    public let id: TemplateID
    /// The text to read, with `<*>` for a hole.
    public let text: String
    /// The shapes that are instances of it, ordered by identity.
    public let shapes: [ShapeID]
    /// Messages of these shapes.
    public let count: UInt64
    /// Nanoseconds since 1970 of the earliest and the latest message that had a time.
    public let first: Int64?
    public let last: Int64?
    /// The sample of the earliest message.
    public let sample: UInt64
}

/// The templates of a set of shapes, and which shape belongs to which.
public struct TemplateSet: Sendable {
    /// Ordered by identity.
    public let templates: [Template]
    private let index: [ShapeID: Int]

    /// The template of a shape, or the coarse one that counts its messages when there were too many shapes; nil for a shape
    /// that is not in the set.
    public func template(of shape: ShapeID) -> Template? {
        (index[shape] ?? index[shape.coarse]).map { templates[$0] }
    }

    /// Groups shapes. The result depends on the set of shapes only.
    init(grouping shapes: [Shape]) {
        var lexicon = Lexicon()
        var coarse: [Shape] = []
        var known: [Shape] = []
        var forms: [[Symbol]] = []
        for shape in shapes.sorted(by: { $0.id < $1.id }) {
            if shape.id.isCoarse {
                coarse.append(shape)
            } else {
                known.append(shape)
                forms.append(ShapeText.symbols(of: shape.canonical, &lexicon) ?? [])
            }
        }
        let result = Grouping(forms, lexicon).run()

        var members: [[Symbol]: [Shape]] = [:]
        for (shape, form) in zip(known, result) { members[form, default: []].append(shape) }
        var templates = members.map { form, shapes in
            Template(ShapeText.readable(form, lexicon), shapes)
        }
        templates += coarse.map { Template(Array($0.text.utf8), [$0]) }
        templates.sort { $0.id < $1.id }
        self.templates = templates
        var index: [ShapeID: Int] = [:]
        for (number, template) in templates.enumerated() {
            for shape in template.shapes { index[shape] = number }
        }
        self.index = index
    }
}

extension Template {
    fileprivate init(_ text: [UInt8], _ shapes: [Shape]) {
        var sum = shapes[0]
        for shape in shapes.dropFirst() { sum.merge(shape) }
        id = TemplateID(hashing: text)
        self.text = String(decoding: text, as: UTF8.self)
        self.shapes = shapes.map(\.id)
        count = sum.count
        first = sum.first
        last = sum.last
        sample = sum.sample
    }
}
