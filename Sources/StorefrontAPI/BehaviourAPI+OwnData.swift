import Behaviour
import Edge
import HTTPServer
import JSON
import Ports
import Threading

/// A person's own records: the visitor whose cookie the request has.
extension BehaviourAPI {
  @Sendable func export(_ request: HTTPRequest) async throws -> HTTPResponse {
    let person = try owner(of: request)
    let body = Guarded<[UInt8]>(Array(#"{"records":["#.utf8))
    do {
      try await behaviour.export(person) { line in
        try body.withLock { bytes in
          guard bytes.count < Self.largestExport else { throw ExportTooLarge() }
          if bytes.last != UInt8(ascii: "[") { bytes.append(UInt8(ascii: ",")) }
          bytes += line
        }
      }
    } catch is ExportTooLarge {
      throw Problem(
        APIProblem.exportTooLarge, detail: "There are more records than one answer holds. Ask the shop for them.")
    }
    var response = HTTPResponse.json(body.withLock { $0 } + Array("]}".utf8))
    response.headers["Cache-Control"] = "private, no-store"
    return response
  }

  @Sendable func erase(_ request: HTTPRequest) async throws -> HTTPResponse {
    let person = try owner(of: request)
    let records = try await behaviour.erase(person)
    var writer = JSONWriter()
    writer.object { json in
      json.name("erased")
      json.object { kinds in
        for record in records {
          kinds.name(text: record.kind)
          kinds.int(Int64(record.count))
        }
      }
    }
    return .json(writer.bytes)
  }

  private func owner(of request: HTTPRequest) throws -> Person {
    guard let visitor = visitors.owner(of: request) else {
      throw Problem(
        APIProblem.visitorWanted, detail: "Your browser sent no visitor's cookie of this shop, so no record is yours.")
    }
    return .visitor(visitor)
  }
}

/// A person's records are more than one answer holds.
private struct ExportTooLarge: Error {}
