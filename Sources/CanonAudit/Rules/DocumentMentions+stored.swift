extension DocumentMentions {
    /// What one document names.
    struct Found: FilePart {
        var mentions: [Mention]

        init(mentions: [Mention]) { self.mentions = mentions }

        init?(stored reader: inout RecordReader) { mentions = reader.list { Mention(stored: &$0) } }

        func store(in writer: inout RecordWriter) { writer.write(mentions) { $1.store(in: &$0) } }
    }
}

extension DocumentMentions.Mention: FilePart {
    init?(stored reader: inout RecordReader) {
        switch reader.number() {
        case 0: kind = .importName(module: reader.text(), name: reader.text())
        case 1: kind = .importModule(reader.text())
        case 2: kind = .dotted(reader.text())
        case 3: kind = .file(reader.text())
        default: return nil
        }
        line = reader.number()
        text = reader.text()
    }

    func store(in writer: inout RecordWriter) {
        switch kind {
        case .importName(let module, let name):
            writer.write(0)
            writer.write(module)
            writer.write(name)
        case .importModule(let module):
            writer.write(1)
            writer.write(module)
        case .dotted(let name):
            writer.write(2)
            writer.write(name)
        case .file(let path):
            writer.write(3)
            writer.write(path)
        }
        writer.write(line)
        writer.write(text)
    }
}
