/// Where the lines of a source begin.
///
/// Lines end as the Swift compiler has it: with a line feed, a carriage return, or both.
struct LineTable {
    private let starts: [Int]
    /// A line feed at the end begins no further line.
    let count: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
            if byte == 0x0A || byte == 0x0D { starts.append(index) }
        }
        self.starts = starts
        count = starts.last == bytes.count ? starts.count - 1 : starts.count
    }

    /// The line from 1, and the column from 0 in bytes.
    func place(of offset: Int) -> (line: UInt32, column: Int) {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return (UInt32(low + 1), offset - starts[low])
    }
}
