// Signed tokens:
// 1. The digest is RFC 4231's HMAC-SHA256 (test cases 1, 2, 3 and 6).
// 2. A signer takes back what it signed, of any length; its text needs no escape in an address or a cookie.
// 3. No other text is taken: a token with any letter changed, cut or added to; one of another purpose; one of another key.
// 4. A token of a former key holds, and a new one is signed by the key in force.
import TestSupport
import Testing

@testable import Signing

@Suite struct TokenSignerTests {
  private let signer = TokenSigner(key: Array("0123456789abcdef0123456789abcdef".utf8))

  @Test("1: known answers of RFC 4231")
  func knownAnswers() {
    func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
    let cases: [(key: [UInt8], message: [UInt8], digest: String)] = [
      (
        .init(repeating: 0x0B, count: 20), Array("Hi There".utf8),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        .init(repeating: 0xAA, count: 20), .init(repeating: 0xDD, count: 50),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
      ),
      (
        .init(repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
    ]
    for (key, message, digest) in cases { #expect(hex(TokenSigner.hmac(message, key: key)) == digest) }
  }

  @Test("2: there and back")
  func thereAndBack() {
    var random = SeededGenerator(seed: 7)
    for length in 0..<200 {
      let payload = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      let token = signer.sign(payload, purpose: "test")
      #expect(signer.verify(token, purpose: "test") == payload)
      #expect(
        token.utf8.allSatisfy { $0 == 0x2D || $0 == 0x5F || Character(.init($0)).isLetter || $0 >= 0x30 && $0 <= 0x39 })
    }
  }

  @Test("3: everything else is refused")
  func forged() {
    let payload = Array("a visitor".utf8)
    let token = signer.sign(payload, purpose: "visitor")
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    for index in token.indices {
      for letter in letters where letter != token[index] {
        var other = token
        other.replaceSubrange(index...index, with: [letter])
        #expect(signer.verify(other, purpose: "visitor") == nil)
      }
      #expect(signer.verify(String(token[..<index]), purpose: "visitor") == nil)
    }
    for other in [token + "A", token + "=", token + " ", "\u{0}" + token, "é", "", "+" + token.dropFirst()] {
      #expect(signer.verify(other, purpose: "visitor") == nil)
    }
    #expect(signer.verify(token, purpose: "visitors") == nil)
    #expect(signer.verify(token, purpose: "") == nil)
    #expect(TokenSigner(key: Array("another key".utf8)).verify(token, purpose: "visitor") == nil)
  }

  @Test("4: a former key")
  func rotation() {
    let (old, new) = (Array("the key of last year".utf8), Array("the key of this year".utf8))
    let payload: [UInt8] = [1, 2, 3]
    let (before, both, after) = (
      TokenSigner(key: old), TokenSigner(key: new, formerKeys: [old]), TokenSigner(key: new)
    )
    #expect(both.verify(before.sign(payload, purpose: "p"), purpose: "p") == payload)
    #expect(after.verify(both.sign(payload, purpose: "p"), purpose: "p") == payload)
    #expect(after.verify(before.sign(payload, purpose: "p"), purpose: "p") == nil)
  }
}
