import Catalog
import Customers
import Foundation
import LocalServices

/// The 2,357 customers of CDNOW that the published models use, where they are present.
enum CDNowData {
  static let path = OptionalMaterial.data("cdnow/sample.csv.gz")
  /// The end of the time that the models learn from.
  static let calibrationEnd = "1997-09-30"

  static func orders() throws -> [CustomerOrder] {
    try OrderReader.read(try unpacked(path ?? "")).orders
  }

  static func unpacked(_ path: String) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return [UInt8](data)
  }
}
