// Properties proved here:
// 1. JSONParser reads the output of JSONWriter back as the same tree, for random trees; taken bytes are the output, and
//    the writer is as good as new.
// 2. Strings are escaped so that any Unicode text survives.
// 3. The tape's walker finds members, items and numbers of each kind.
// 4. Bytes that are not JSON give an error with the reason.
import JSON
import TestSupport
import Testing

@Suite struct JSONTests {
  @Test("1. random trees survive writing and reading", arguments: [UInt64(1), 2, 3, 4, 5])
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let value = randomValue(depth: 4, using: &generator)
      #expect(try JSONValue(parsing: value.bytes) == value, "seed \(seed): \(value.text)")
    }
  }

  @Test("1. bytes that are taken", arguments: [0, 1, 64, 10_000]) func taken(reserved: Int) {
    var writer = JSONWriter(reservingBytes: reserved)
    #expect(writer.takeBytes().isEmpty)
    for count in [1, 300] {
      writer.array { for number in 0..<Int64(count) { $0.int(number) } }
      let bytes = writer.bytes
      #expect(writer.takeBytes() == bytes && writer.count == 0 && writer.bytes.isEmpty)
    }
  }

  @Test("2. an escape at any place of a text of any length") func escapesAnywhere() throws {
    // The writer looks at eight bytes at a time: a text's last bytes have a way of their own.
    for length in 1...40 {
      for place in 0..<length {
        for special in ["\"", "\\", "\n", "\u{0}", "\u{1F}", "é"] {
          let text = String(repeating: "x", count: place) + special + String(repeating: "y", count: length - place - 1)
          #expect(try JSONValue(parsing: JSONValue.string(text).bytes) == .string(text), "\(length), \(place)")
        }
      }
    }
  }

  @Test("2. strings with quotes, controls and emoji survive") func strings() throws {
    let text = "a\"b\\c\n\r\t\u{1}\u{1F}é漢😀\u{2028}"
    #expect(try JSONValue(parsing: JSONValue.string(text).bytes) == .string(text))
    #expect(JSONValue.string("\u{1}").text == "\"\\u0001\"")
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("plain", 1)
      writer.name(text: text)
      writer.int(2)
    }
    #expect(try JSONValue(parsing: writer.bytes) == .object(JSONObject([.init("plain", 1), .init(text, 2)])))
  }

  @Test("3. the tape's walker reads members and items") func walk() throws {
    let json = #"{"a":{"deep":[1,2.5,-3,{"x":null}]},"b":true,"c":"text","big":18446744073709551615}"#
    try JSONParser().withDocument(Array(json.utf8)) { root in
      #expect(root["b"]?.bool == true)
      #expect(root["c"]?.string == "text")
      #expect(root["big"]?.double == 0x1p64)
      #expect(root["missing"] == nil)
      var numbers: [Double] = []
      root["a"]?["deep"]?.forEachItem { if let number = $0.double { numbers.append(number) } }
      #expect(numbers == [1, 2.5, -3])
    }
  }

  @Test("4. bytes that are not JSON are refused", arguments: ["", "{", "[1,]", "nul", "{\"a\":1}x", "\"\u{1}\""])
  func refused(text: String) { #expect(throws: JSONError.self) { try JSONValue(parsing: text) } }

  @Test("4. a number that JSON cannot hold is written as null") func notFinite() {
    #expect(JSONValue.array([.double(.nan), .double(.infinity), .double(3)]).text == "[null,null,3.0]")
  }

  private func randomValue(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(.random(using: &generator))
    case 2: return .int(.random(in: .min ... .max, using: &generator))
    case 3: return .double(.random(in: -1e6...1e6, using: &generator))
    case 4:
      let scalars = (0..<Int.random(in: 0..<12, using: &generator)).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0..<0x2FFFF, using: &generator))
      }
      return .string(String(String.UnicodeScalarView(scalars)))
    case 5:
      return .array(
        (0..<Int.random(in: 0..<5, using: &generator)).map { _ in randomValue(depth: depth - 1, using: &generator) })
    default:
      let count = Int.random(in: 0..<5, using: &generator)
      return .object(
        JSONObject((0..<count).map { JSONObject.Member("key \($0)", randomValue(depth: depth - 1, using: &generator)) })
      )
    }
  }
}
