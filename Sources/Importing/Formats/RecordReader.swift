public import Catalog

/// The content of a file at one place: a product, or the reason why it is not one.
public enum ImportedLine: Sendable {
  case record(ProductRecord, line: Int)
  case refused(line: Int, reason: String)
}

/// Reads products out of a file one by one, in flat memory. Reading blocks.
public protocol RecordReader {
  /// nil at the end. What is wrong with a line is `refused`; an error ends the reading.
  mutating func next() throws -> ImportedLine?
}

/// The forms in which products are handed over.
public enum ImportFormat: String, Sendable, CaseIterable {
  /// Icecat's open catalog as lines of JSON, as querqy's chorus has it.
  case icecat
  /// A line a product (`docs/reference/import-format.md`); with a mapping, a line a variant in the retailer's terms.
  case ndjson
  /// A row a variant, with a heading.
  case csv

  /// Opens a file, or standard input for `-`, packed with gzip or not.
  public func reader(path: String, mapping: ColumnMapping? = nil) throws -> any RecordReader {
    let source = try ByteSource(path: path)
    switch self {
    case .icecat:
      guard mapping == nil else {
        throw ImportSourceError(path: path, reason: "icecat has its own fields: leave the mapping out")
      }
      return IcecatReader(source)
    case .ndjson:
      if let mapping { return VariantRowReader(NDJSONRows(source), mapping: mapping) }
      return NDJSONReader(source)
    case .csv:
      return VariantRowReader(
        CSVRows(source, delimiter: mapping?.delimiter), mapping: mapping ?? ColumnMapping())
    }
  }
}
