extension LogRun {
    /// How many files are looked at before what they gave is put together, so that little has to be kept.
    private static let filesAtOnce = 64

    /// Reads inputs to their end, several files at the same time. However many threads there are, each file is looked at for
    /// itself, and what they gave is put together in the order of the inputs: the result is the same.
    /// - Parameters:
    ///   - jobs: how many threads read.
    ///   - progress: called with the bytes read so far of all inputs, from any of the threads, one at a time.
    /// - Throws: ``MemoryError``.
    public mutating func read(_ inputs: [LogInput], jobs: Int, progress: ((Int) -> Void)? = nil) throws {
        let told = FileProgress(progress)
        // What comes from standard input cannot be read a second time.
        guard inputs.count > 1, inputs.allSatisfy({ $0.path != nil }) else {
            for input in inputs {
                told.begin(1)
                try read(input) { told.note($0, of: 0) }
            }
            return
        }
        let looker = FileLooker(options: options, known: snapshot.known, memory: memory)
        for start in stride(from: 0, to: inputs.count, by: Self.filesAtOnce) {
            let files = inputs[start..<min(start + Self.filesAtOnce, inputs.count)]
            guard jobs > 1 else {
                for file in files {
                    told.begin(1)
                    let look = try looker.look(at: file, number: sources.count, excluding: collector.seenIDs) {
                        told.note($0, of: 0)
                    }
                    take(look)
                }
                continue
            }
            told.begin(files.count)
            for look in try looker.looks(at: files, from: sources.count, jobs: jobs, progress: told) {
                // Where earlier files have given some of its entries already, it is looked at again without them.
                let repeated = look.collector.seenIDs.intersection(collector.seenIDs)
                take(
                    repeated.isEmpty
                        ? look : try looker.look(at: look.input, number: sources.count, excluding: repeated))
            }
        }
    }

    /// Makes what a file gave a part of the run.
    private mutating func take(_ look: FileLook) {
        collector.merge(look.collector)
        account(look.tally)
        if let path = look.input.path { remember(path, counted: look.end, since: look.before) }
    }
}
