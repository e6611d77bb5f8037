import JSON

/// The JSON documents of a file with one a line; blank lines are passed over.
struct JSONLines {
  enum Line<Value> {
    case read(Value, line: Int)
    case refused(line: Int, reason: String)
  }

  private var lines: LineReader
  private let parser = JSONParser()

  init(_ source: ByteSource) { lines = LineReader(source) }

  /// The result of `read` for the next document, or why it is refused; nil at the end.
  mutating func next<Value>(_ read: (JSONElement) throws -> Value) throws -> Line<Value>? {
    while let line = try lines.next() {
      guard case .bytes(let bytes) = line else {
        return .refused(line: lines.number, reason: LineRefusal.tooLong.reason)
      }
      let text = lines.number == 1 && bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes
      if text.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
      do {
        return .read(try parser.withDocument(text, read), line: lines.number)
      } catch let refusal as LineRefusal {
        return .refused(line: lines.number, reason: refusal.reason)
      } catch let error as JSONError {
        return .refused(line: lines.number, reason: error.description)
      }
    }
    return nil
  }
}
