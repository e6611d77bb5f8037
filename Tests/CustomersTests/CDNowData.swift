import Catalog
import Customers
import Importing
import LocalServices

/// The 2,357 customers of CDNOW that the published models use, where they are present.
enum CDNowData {
  static let path = OptionalMaterial.data("cdnow/sample.csv.gz")
  /// The end of the time that the models learn from.
  static let calibrationEnd = "1997-09-30"

  static func orders() throws -> [CustomerOrder] {
    let days = CalendarDay(daysSinceEpoch: 0)...CalendarDay(daysSinceEpoch: 20_000)
    return try OrderReader.read(try unpacked(path ?? ""), days: days).orders
  }

  static func unpacked(_ path: String) throws -> [UInt8] {
    try WholeFile.bytes(path: path, atMost: 1 << 24)
  }
}
