import Configuration
import Signing

extension TokenSigner {
  /// The shop's: by the settings' key, or by the one that stands in where none is set, or by one that ends with this
  /// process.
  init(_ settings: Settings.Security, standIn: String? = nil) {
    let key =
      (settings.signingKey ?? standIn).map { Array($0.utf8) }
      ?? (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    self.init(key: key, formerKeys: settings.formerSigningKey.map { [Array($0.utf8)] } ?? [])
  }
}
