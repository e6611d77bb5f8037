// Properties proved here:
// 1. Columns are found by their heading, in any order; quoted fields keep commas, quotes and line breaks.
// 2. Unreadable input is refused with its line number, counting the lines inside quotes.
// 3. The Icecat ratings of querqy/chorus are read completely: 54 queries, 46 of them with a product rated above 0.
// 4. The queries of a file without ratings are read in their order, each once.
import Foundation
import LocalServices
import Ranking
import Testing

@Suite struct JudgmentsTests {
  @Test("1. headings by name, quoted fields") func reading() throws {
    let text =
      "\u{FEFF}rating,note,query,product_id\r\n3,\"a, b\",\"12\"\" rack\",P1\r\n0,\"two\nlines\",usb,P2\n1.5,,usb,P3\n"
    let judgments = try Judgments(csv: text)
    #expect(
      judgments.queries == [
        Judgments.Query(text: "12\" rack", ratings: ["P1": 3]),
        Judgments.Query(text: "usb", ratings: ["P2": 0, "P3": 1.5]),
      ])
    #expect(try Judgments(csv: "query,product_id,rating").queries.isEmpty)
  }

  @Test(
    "2. refusals name the line",
    arguments: [
      ("", 1), ("query,rating\n", 1), ("query,product_id,rating\nusb,P1\n", 2),
      ("query,product_id,rating\n\"usb\ncable\",P1,1\nusb,P1,good\n", 4), ("query,product_id,rating\nusb,\"P1,1\n", 2),
      ("query,product_id,rating\nusb,\"P1\"x,1\n", 2), ("query,product_id,rating\n\n,P1,1\n", 3),
      ("query,product_id,rating\nusb,P1,nan\n", 2),
    ])
  func refusals(text: String, line: Int) {
    #expect { try Judgments(csv: text) } throws: { ($0 as? JudgmentsError)?.line == line }
  }

  @Test("4. queries alone") func queries() throws {
    let text = "brand,query\r\nAcme,\"12\"\" rack, black\"\r\n,usb\nx,usb\n,\n"
    #expect(try Judgments.queryTexts(csv: text) == ["12\" rack, black", "usb"])
    #expect { try Judgments.queryTexts(csv: "text\nusb\n") } throws: { ($0 as? JudgmentsError)?.line == 1 }
    #expect { try Judgments.queryTexts(csv: "query,brand\nusb\n") } throws: { ($0 as? JudgmentsError)?.line == 2 }
  }

  @Test("3. Icecat's ratings", .enabled(if: Self.ratings != nil, "no icecat/ratings.csv in VITRINE_DATA"))
  func icecat() throws {
    let judgments = try Judgments(csv: String(contentsOfFile: #require(Self.ratings), encoding: .utf8))
    #expect(judgments.queries.count == 54)
    #expect(judgments.queries.count(where: \.hasRelevant) == 46)
  }

  static let ratings = OptionalMaterial.data("icecat/ratings.csv")
}
