import Foundation

/// The files of a generated shop, by their path in its folder.
public enum SeedFile: String, CaseIterable, Sendable {
  case catalog = "catalog.ndjson"
  case customers = "customers.ndjson"
  case sessions = "sessions.ndjson"
  case orders = "orders.ndjson"
  case returns = "returns.ndjson"
  case prices = "prices.ndjson"
  case stock = "stock.ndjson"
  case truthModel = "truth/model.ndjson"
  case truthKinds = "truth/kinds.ndjson"
  case truthProducts = "truth/products.ndjson"
  case truthCustomers = "truth/customers.ndjson"
}

/// The destination of generated lines.
public protocol SeedSink {
  /// Receives complete lines, each with its line break, in file order.
  mutating func write(_ lines: borrowing [UInt8], to file: SeedFile) throws
}

/// Writes the files into a folder, which it creates.
public struct SeedFolder: SeedSink {
  private let files: [SeedFile: FileHandle]
  private let directory: String

  /// Creates the folder and opens its files; existing files are emptied.
  public init(directory: String) throws(SeedError) {
    self.directory = directory
    var files: [SeedFile: FileHandle] = [:]
    do {
      try FileManager.default.createDirectory(atPath: directory + "/truth", withIntermediateDirectories: true)
    } catch {
      throw SeedError(directory, "the folder cannot be made: \(error)")
    }
    for file in SeedFile.allCases {
      let path = directory + "/" + file.rawValue
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let handle = FileHandle(forWritingAtPath: path)
      else { throw SeedError(path, "the file cannot be opened for writing; check the folder's owner and free space") }
      files[file] = handle
    }
    self.files = files
  }

  /// Appends the lines to the file.
  public mutating func write(_ lines: borrowing [UInt8], to file: SeedFile) throws {
    do {
      try files[file]?.write(contentsOf: copy lines)
    } catch {
      throw SeedError(directory + "/" + file.rawValue, "writing failed: \(error)")
    }
  }
}
