// Reading interactions. What is proved:
// 1. Tabs, `::`, commas, semicolons and spaces, with headings, marks, quotation and missing columns give the same rows.
// 2. Lines that cannot be read are told by number and reason, and the others arrive; a file without any is refused.
// 3. Bounds: ids, ratings, timestamps and lines.
// 4. Places follow the ids, by number where all are numbers; `7` and `07` are two ids.
// 5. Random damage: no line outside it is lost, and reading never fails.
// 6. Splits: mod5 from row 0, the last fifth by time with ties, folds that hold out each row once.

import Recommending
import TestSupport
import Testing

@Suite struct InteractionReaderTests {
  private func read(_ text: String) throws -> InteractionReader.Result { try InteractionReader.read(Array(text.utf8)) }

  @Test(
    "1: forms",
    arguments: [
      "7\t20\t4.5\t100\n10\t3\t2\t200\n", "7::20::4.5::100\r\n10::3::2::200\r\n", "7,20,4.5,100\n10,3,2,200",
      "7;20;4.5;100\n\n10;3;2;200\n", "7 20 4.5 100\n10 3  2 200",
      "userId,movieId,rating,timestamp\n7,20,4.5,100\n10,3,2,200",
      "\u{FEFF}user_id:token\titem_id:token\trating:float\ttimestamp:float\n7\t20\t4.5\t100.0\n10\t3\t2\t200\n",
      "date,stars,product,customer\n1970-01-01T00:01:40Z,4.5,20,7\n1970-01-01T00:03:20Z,2,3,10\n",
      "\"7\",\"20\",\"4.5\",\"100\"\n10, 3 ,2,200\n", "a,b,c,d\n7,20,4.5,100\n10,3,2,200",
      "user,item,rating,timestamp,note\n7,20,4.5,100000000000,\"a, b\"\n10,3,2,200000000000,c\n",
    ])
  func forms(text: String) throws {
    let result = try read(text)
    #expect(result.refusedCount == 0, "\(result.refused)")
    let data = result.interactions
    #expect(data.users == ["7", "10"] && data.items == ["3", "20"] && data.hasRatings && data.hasTimes)
    let factor: Int64 = text.contains("note") ? 1_000_000 : 1
    #expect(
      data.rows == [
        .init(user: 0, item: 1, rating: 4.5, seconds: 100 * factor),
        .init(user: 1, item: 0, rating: 2, seconds: 200 * factor),
      ])
  }

  @Test("1: without ratings and times")
  func bare() throws {
    let data = try read("ann,tea\nbob,tea\nann,milk").interactions
    #expect(!data.hasRatings && !data.hasTimes && data.rows.map(\.rating) == [1, 1, 1])
    #expect(data.users == ["ann", "bob"] && data.items == ["milk", "tea"])
  }

  @Test("2: refused lines")
  func refusals() throws {
    let result = try read("1\t2\t3\t4\nx\n1\t\t3\t4\n5\t6\tmany\t7\n8\t9\tnan\t1\n8\t9\t1\tsoon\n2\t2\t5\t4\n")
    #expect(result.interactions.rows.count == 2 && result.refusedCount == 5)
    #expect(result.refused.map(\.line) == [2, 3, 4, 5, 6])
    #expect(result.refused[0].description == "line 2: has 1 field; a user and an item are required")
    #expect(result.refused[1].reason == "the item is empty")
    #expect(result.refused[2].reason.hasPrefix("the rating is not a number"))
    #expect(result.refused[4].reason.hasPrefix("the timestamp is neither"))
    for text in ["", "\n\n", "alone", "user,item,rating\n", "a\tb\tx y\tz\n1\t2\tz\n"] {
      #expect(throws: InteractionReader.Unusable.self, "\(text)") { try read(text) }
    }
  }

  @Test("3: bounds")
  func bounds() throws {
    let long = String(repeating: "i", count: InteractionReader.Limits.idBytes)
    let result = try read(
      """
      1,\(long),3,4
      1,\(long)i,3,4
      1,2,1000001,4
      1,2,-1000000,4
      1,2,3,-5
      1,2,3,1e300
      1,2,3,\(String(repeating: "4", count: 5_000))
      1,2,3,253402300799
      """)
    #expect(result.refused.map(\.line) == [2, 3, 5, 6, 7])
    #expect(result.interactions.rows.count == 3)
    let many = "1,2,3\n" + String(repeating: "x\n", count: 50)
    #expect(try read(many).refused.count == InteractionReader.Limits.toldRefusals)
    #expect(try read(many).refusedCount == 50)
  }

  @Test("4: order of ids")
  func order() throws {
    #expect(try read("10,1\n9,1\n100,1").interactions.users == ["9", "10", "100"])
    #expect(try read("10,1\n9,1\nb,1").interactions.users == ["10", "9", "b"])
    #expect(try read("7,1\n07,1\n7,2").interactions.users == ["07", "7"])
  }

  @Test("5: random damage", arguments: [UInt64(1), 2, 3, 4])
  func damage(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var lines = (0..<200).map { Array("\($0 % 20)\t\($0)\t\($0 % 5 + 1)\t\($0)".utf8) }
    let damaged = Set((0..<30).map { _ in Int.random(in: 1..<200, using: &random) })
    for line in damaged {
      lines[line] = (0..<Int.random(in: 0..<30, using: &random)).map { _ in
        // Anything but the line's end.
        UInt8.random(in: 11...255, using: &random)
      }
    }
    let result = try InteractionReader.read(Array(lines.joined(separator: [0x0A])))
    let items = Set(result.interactions.rows.map { result.interactions.items[Int($0.item)] })
    for line in 0..<200 where !damaged.contains(line) {
      #expect(items.contains("\(line)"), "seed \(seed), line \(line)")
    }
    #expect(result.refusedCount <= damaged.count)
  }

  @Test("6: splits")
  func splits() {
    let rows = (0..<23).map { Interactions.Row(user: 0, item: 0, rating: 1, seconds: Int64($0 / 2)) }
    let data = Interactions(users: ["u"], items: ["i"], rows: rows, hasRatings: true, hasTimes: true)
    #expect(InteractionSplit.mod5.parts(of: data, seed: 1)[0].test == [0, 5, 10, 15, 20])
    let time = InteractionSplit.time.parts(of: data, seed: 1)[0]
    #expect(time.test == [18, 19, 20, 21, 22] && time.train == Array(0..<18))
    let folds = InteractionSplit.folds.parts(of: data, seed: 3)
    #expect(folds.count == 5 && folds.flatMap(\.test).sorted() == Array(0..<23))
    #expect(folds.allSatisfy { Set($0.train).union($0.test).count == 23 && (4...5).contains($0.test.count) })
    #expect(InteractionSplit.folds.parts(of: data, seed: 4)[0].test != folds[0].test)
  }
}
