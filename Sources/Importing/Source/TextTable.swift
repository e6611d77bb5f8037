/// The rows of a small delimited text file, held in memory; gzip or not.
public struct TextTable: Sendable {
  public var rows: [[String]]

  /// Why a row cannot be used.
  public struct Fault: Error, CustomStringConvertible {
    public var path: String
    public var line: Int
    public var reason: String
    public var description: String { "\(path), line \(line): \(reason)" }
  }

  /// Rows of RFC 4180 with any delimiter; those of the columns named where the file has a heading, all fields else.
  public init(path: String, delimiter: Character = ",", columns: [String]? = nil) throws {
    var scanner = CSVScanner(try ByteSource(path: path), delimiter: delimiter.asciiValue)
    var places: [Int]?
    var width: Int?
    rows = []
    while let row = try scanner.next() {
      switch row {
      case .refused(let line, let reason): throw Fault(path: path, line: line, reason: reason)
      case .fields(let fields, let line):
        if let width, fields.count != width {
          throw Fault(path: path, line: line, reason: "has \(fields.count) fields, the first line \(width)")
        }
        width = fields.count
        if let places {
          rows.append(places.map { fields[$0] })
        } else if let columns {
          places = try columns.map { name in
            guard let place = fields.firstIndex(of: name) else {
              throw Fault(path: path, line: line, reason: "the heading has no column \(name), only \(fields)")
            }
            return place
          }
        } else {
          rows.append(fields)
        }
      }
    }
  }
}
