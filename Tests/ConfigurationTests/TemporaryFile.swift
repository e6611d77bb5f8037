import Foundation

/// Runs `body` with the path of a file that contains `bytes`, and removes the file.
func withTemporaryFile<Result>(bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("vitrine-\(UUID().uuidString).conf")
  try Data(bytes).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }  // The system empties the temporary folder as well.
  return try body(url.path)
}

func withTemporaryFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
  try withTemporaryFile(bytes: Array(text.utf8), body)
}
