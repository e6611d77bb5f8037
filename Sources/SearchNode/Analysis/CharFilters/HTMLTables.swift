// Written by scripts/generate-unicode-tables.py from Unicode 15.0.0 (Debian's package unicode-data): do not edit.

/// Tables of the character filter for HTML: character classes, the automaton of a tag's tail, named characters.
enum HTMLTables {
  /// The role of a character in a tag.
  enum CharacterClass: UInt8 {
    case other, singleQuote, doubleQuote, backslash, equals, less, greater, bang, hyphen, hash, space, nameStart,
      namePart
  }

  /// Class of each code point: `gap.length.class`; code points in gaps have the class `other`.
  static let classes: StaticString = #"""
    9.5.a 12.1.a 0.1.7 0.1.2 0.1.9 3.1.1 5.1.8 0.1.c 1.a.c 0.1.b 1.1.5 0.1.4 0.1.6 2.1a.b 1.1.3 2.1.b 1.1a.b a.1.a
    1a.1.a 9.1.b a.1.b 1.1.c 2.1.b 5.17.b 1.1f.b 1.1ca.b 4.c.b e.5.b 7.1.b 1.1.b 11.70.c 0.5.b 1.2.b 2.4.b 1.1.b
    6.1.b 0.1.c 0.3.b 1.1.b 1.14.b 1.53.b 1.8b.b 1.5.c 2.a6.b 1.26.b 2.1.b 6.29.b 8.2d.c 1.1.c 1.2.c 1.2.c 1.1.c
    8.1b.b 4.4.b 1d.b.c 5.2b.b 0.1f.c 4.2.b 0.1.c 0.63.b 1.1.b 0.7.c 2.6.c 0.2.b 0.2.c 1.4.c 0.2.b 0.a.c 0.3.b 2.1.b
    10.1.b 0.1.c 0.1e.b 0.1b.c 2.59.b 0.b.c 0.1.b e.a.c 0.21.b 0.9.c 0.2.b 4.1.b 2.1.c 2.16.b 0.4.c 0.1.b 0.9.c
    0.1.b 0.3.c 0.1.b 0.5.c 12.19.b 0.3.c 4.b.b 35.15.b 1.8.b 15.f.c 1.21.c 0.36.b 0.3.c 0.1.b 0.12.c 0.1.b 0.7.c
    0.a.b 0.2.c 2.a.c 1.10.b 0.3.c 1.8.b 2.2.b 2.16.b 1.7.b 1.1.b 3.4.b 2.1.c 0.1.b 0.7.c 2.2.c 2.3.c 0.1.b 8.1.c
    4.2.b 1.3.b 0.2.c 2.a.c 0.2.b a.1.b 1.1.c 2.3.c 1.6.b 4.2.b 2.16.b 1.7.b 1.2.b 1.2.b 1.2.b 2.1.c 1.5.c 4.2.c
    2.3.c 3.1.c 7.4.b 1.1.b 7.c.c 0.3.b 0.1.c b.3.c 1.9.b 1.3.b 1.16.b 1.7.b 1.2.b 1.5.b 2.1.c 0.1.b 0.8.c 1.3.c
    1.3.c 2.1.b f.2.b 0.2.c 2.a.c 9.1.b 0.6.c 1.3.c 1.8.b 2.2.b 2.16.b 1.7.b 1.2.b 1.5.b 2.1.c 0.1.b 0.7.c 2.2.c
    2.3.c 8.2.c 4.2.b 1.3.b 0.2.c 2.a.c 1.1.b 10.1.c 0.1.b 1.6.b 3.3.b 1.4.b 3.2.b 1.1.b 1.2.b 3.2.b 3.3.b 3.c.b
    4.5.c 3.3.c 1.4.c 2.1.b 6.1.c e.a.c 10.5.c 0.8.b 1.3.b 1.17.b 1.10.b 3.1.b 0.7.c 1.3.c 1.4.c 7.2.c 1.3.b 5.2.b
    0.2.c 2.a.c 10.1.b 0.3.c 1.8.b 1.3.b 1.17.b 1.a.b 1.5.b 2.1.c 0.1.b 0.7.c 1.3.c 1.4.c 7.2.c 7.1.b 1.2.b 0.2.c
    2.a.c 1.2.b d.4.c 1.8.b 1.3.b 1.29.b 0.2.c 0.1.b 0.7.c 1.3.c 1.4.c 0.1.b 5.3.b 0.1.c 7.3.b 0.2.c 2.a.c a.6.b
    2.2.c 1.12.b 3.18.b 1.9.b 1.1.b 2.7.b 3.1.c 4.6.c 1.1.c 1.8.c 6.a.c 2.2.c d.30.b 0.1.c 0.2.b 0.7.c 5.7.b 0.8.c
    1.a.c 27.2.b 1.1.b 1.5.b 1.18.b 1.1.b 1.a.b 0.1.c 0.2.b 0.9.c 0.1.b 2.5.b 1.1.b 1.6.c 2.a.c 2.4.b 20.1.b 17.2.c
    6.a.c b.1.c 1.1.c 1.1.c 4.2.c 0.8.b 1.24.b 4.14.c 1.2.c 0.5.b 0.b.c 1.24.c 9.1.c 39.2b.b 0.14.c 0.1.b 0.a.c
    6.6.b 0.4.c 0.4.b 0.3.c 0.1.b 0.3.c 0.2.b 0.7.c 0.3.b 0.4.c 0.d.b 0.c.c 0.1.b 0.f.c 2.26.b 1.1.b 5.1.b 2.2b.b
    1.14d.b 1.4.b 2.7.b 1.1.b 1.4.b 2.29.b 1.4.b 2.21.b 1.4.b 2.7.b 1.1.b 1.4.b 2.f.b 1.39.b 1.4.b 2.43.b 2.3.c
    9.9.c e.10.b 10.56.b 2.6.b 3.26c.b 2.11.b 0.1.a 0.1a.b 5.4b.b 3.b.b 7.d.b 1.4.b 0.3.c b.12.b 0.3.c b.12.b 0.2.c
    c.d.b 1.3.b 1.2.c c.34.b 0.20.c 3.1.b 4.1.b 0.1.c 2.a.c 21.3.c 2.a.c 6.59.b 7.29.b 0.1.c 0.1.b 5.46.b a.1f.b
    1.c.c 4.c.c a.a.c 0.1e.b 2.5.b b.2c.b 4.1a.b 6.b.c 25.17.b 0.5.c 4.35.b 0.a.c 1.1d.c 2.b.c 6.a.c d.1.b 8.e.c
    42.5.c 0.2f.b 0.11.c 0.7.b 4.a.c 11.9.c c.3.c 0.1e.b 0.d.c 0.2.b 0.a.c 0.2c.b 0.e.c c.24.b 0.14.c 8.a.c 3.3.b
    0.a.c 0.24.b 2.9.b 7.2b.b 2.3.b 10.3.c 1.15.c 0.4.b 0.1.c 0.6.b 0.1.c 0.2.b 0.3.c 0.1.b 5.c0.b 0.3a.c 1.5.c
    0.116.b 2.6.b 2.26.b 2.6.b 2.8.b 1.1.b 1.1.b 1.1.b 1.1f.b 2.35.b 1.7.b 1.1.b 3.3.b 1.7.b 3.4.b 2.6.b 4.d.b 5.3.b
    1.7.b 3.b.a 1d.2.a 5.1.a f.2.c 13.1.c a.1.a 11.1.b d.1.b 10.d.b 33.d.c 4.1.c 3.c.c 11.1.b 4.1.b 2.a.b 1.1.b
    2.6.b 6.1.b 1.1.b 1.1.b 1.10.b 2.4.b 5.5.b 4.1.b 11.29.b a77.2f.b 1.2f.b 1.85.b 6.4.b 0.3.c 0.2.b c.26.b 1.1.b
    5.1.b 2.38.b 7.1.b f.1.c 0.17.b 9.7.b 1.7.b 1.7.b 1.7.b 1.7.b 1.7.b 1.7.b 1.7.b 1.20.c 200.1.a 4.3.b 19.9.b
    0.6.c 1.5.b 2.5.b 4.56.b 2.2.c 0.5.b 1.5a.b 1.4.b 5.2b.b 1.5e.b 11.1b.b 35.10.b 200.19b6.b 4a.51f0.b 10.48d.b
    43.2e.b 2.10d.b 3.10.b 0.a.c 0.2.b 14.2f.b 0.1.c 4.a.c 1.1f.b 0.2.c 0.50.b 0.2.c 25.9.b 2.67.b 2.35.b 2.5.b
    30.b.b 0.1.c 0.3.b 0.1.c 0.4.b 0.1.c 0.17.b 0.5.c 18.34.b c.2.c 0.32.b 0.12.c a.a.c 6.12.c 0.6.b 3.1.b 1.2.b
    0.b.c 0.1c.b 0.8.c 2.17.b 0.d.c c.1d.b 3.4.c 0.2f.b 0.e.c e.1.b 0.a.c 6.5.b 0.1.c 0.a.b 0.a.c 0.5.b 1.29.b 0.e.c
    9.3.b 0.1.c 0.8.b 0.2.c 2.a.c 6.17.b 3.1.b 0.3.c 0.32.b 0.1.c 0.1.b 0.3.c 0.2.b 0.2.c 0.5.b 0.2.c 0.1.b 0.1.c
    0.1.b 18.3.b 2.b.b 0.5.c 2.3.b 0.2.c a.6.b 2.6.b 2.6.b 9.7.b 1.7.b 1.2b.b 1.c.b 8.73.b 0.8.c 1.2.c 2.a.c
    6.2ba4.b c.17.b 4.31.b 2104.16e.b 2.6a.b 26.7.b c.5.b 5.1.b 0.1.c 0.a.b 1.d.b 1.5.b 1.1.b 1.2.b 1.2.b 1.6c.b
    21.16b.b 12.40.b 2.36.b 28.c.b 4.10.c 10.10.c 3.2.c 18.3.c 20.5.b 1.87.b 13.a.c 7.1a.b 4.1.c 1.1a.b b.59.b 3.6.b
    2.6.b 2.6.b 2.3.b 23.c.b 1.1a.b 1.13.b 1.2.b 1.f.b 2.e.b 22.7b.b 45.35.b 88.1.c 82.1d.b 3.31.b f.1.c 1f.20.b
    d.1e.b 5.26.b 0.5.c 5.1e.b 2.24.b 4.8.b 1.5.b 2a.9e.b 2.a.c 6.24.b 4.24.b 4.28.b 8.34.b 9c.137.b 9.16.b a.8.b
    98.6.b 2.1.b 1.2c.b 1.2.b 3.1.b 2.17.b a.17.b 9.1f.b 41.13.b 1.2.b a.16.b a.1a.b 46.38.b 6.2.b 40.1.b 0.3.c
    1.2.c 5.4.c 0.4.b 1.3.b 1.1d.b 2.3.c 4.1.c 20.1d.b 3.1d.b 23.8.b 1.1c.b 0.2.c 19.36.b a.16.b a.13.b d.12.b
    6e.49.b 37.33.b d.33.b d.24.b 0.4.c 8.a.c 1c6.1d.b a.1.b 8.16.b 0.b.c 8f.17.b 9.3.c 0.35.b 0.f.c 1f.a.c f.4.c
    0.2d.b 0.b.c 15.19.b 7.a.c 6.3.c 0.24.b 0.e.c 1.a.c 4.1.b 0.2.c 9.23.b 0.1.c 2.1.b 9.3.c 0.30.b 0.e.c 0.4.b
    4.4.c 3.a.c 0.1.b 1.1.b 23.12.b 1.19.b 0.c.c 6.1.c 41.7.b 1.1.b 1.4.b 1.f.b 1.a.b 7.2f.b 0.c.c 5.a.c 6.4.c 1.8.b
    2.2.b 2.16.b 1.7.b 1.2.b 1.5.b 1.2.c 0.1.b 0.7.c 2.2.c 2.3.c 2.1.b 6.1.c 5.5.b 0.2.c 2.7.c 3.5.c 8b.35.b 0.12.c
    0.4.b 5.a.c 4.1.c 0.1.b 20.30.b 0.14.c 0.2.b 1.1.b 8.a.c a6.2f.b 0.7.c 2.9.c 17.4.b 0.2.c 22.30.b 0.11.c 3.1.b
    b.a.c 26.2b.b 0.d.c 0.1.b 7.a.c 36.1b.b 2.f.c 4.a.c c6.2c.b 0.f.c 65.40.b 0.a.c 15.1.b a0.8.b 2.27.b 0.7.c 2.7.c
    0.1.b 1.1.b 0.1.c 1b.1.b 0.a.c 0.28.b 0.7.c 0.1.b 0.4.c 8.1.c 8.1.b 0.b.c 0.2e.b 0.10.c 3.1.b 22.39.b 107.9.b
    1.25.b 0.8.c 1.8.c 0.1.b f.a.c 18.1e.b 2.16.c 1.e.c 49.7.b 1.2.b 1.26.b 0.6.c 3.1.c 1.2.c 1.7.c 0.1.b 0.1.c
    8.a.c 6.6.b 1.2.b 1.20.b 0.5.c 1.2.c 1.5.c 0.1.b 7.a.c 136.13.b 0.4.c 109.39a.b 66.6f.b 11.c4.b abc.42f.b
    fd1.247.b 21b9.239.b 7.1f.b 1.a.c 66.1e.b 2.5.c b.30.b 0.7.c 9.4.b c.a.c 9.15.b 5.13.b 2b0.40.b 80.4b.b 4.1.c
    0.1.b 0.37.c 7.4.c 0.d.b 40.2.b 1.1.b 1c.17f8.b 8.2f3.b 250d.11f.b 31.3.b 11.4.b 8.18c.b 904.6b.b 5.d.b 3.9.b
    7.a.b 3.2.c 14c6.5.c 3.6.c 8.8.c 2.7.c 1e.4.c 94.3.c 1bb.55.b 1.47.b 1.2.b 2.1.b 2.2.b 2.4.b 1.c.b 1.1.b 1.7.b
    1.41.b 1.4.b 2.8.b 1.7.b 1.1c.b 1.4.b 1.5.b 1.1.b 3.7.b 1.154.b 2.19.b 1.19.b 1.1f.b 1.19.b 1.1f.b 1.19.b 1.1f.b
    1.19.b 1.1f.b 1.19.b 1.8.b 2.32.c 200.37.c 4.32.c 8.1.c e.1.c 16.5.c 1.f.c 550.7.c 1.11.c 2.7.c 1.2.c 1.5.c
    d5.2d.b 3.7.c 0.7.b 2.a.c 4.1.b 171.2c.b 0.e.c 506.c5.b b.7.c 29.44.b 0.7.c 0.1.b 4.a.c 4a6.4.b 1.1b.b 1.2.b
    1.1.b 2.1.b 1.a.b 1.4.b 1.1.b 1.1.b 6.1.b 4.1.b 1.1.b 1.1.b 1.3.b 1.2.b 1.1.b 2.1.b 1.1.b 1.1.b 1.1.b 1.1.b
    1.2.b 1.1.b 2.4.b 1.7.b 1.4.b 1.4.b 1.1.b 1.a.b 1.11.b 5.3.b 1.5.b 1.11.b 1144.a6d7.b 29.1035.b b.de.b 2.1682.b
    e.1d31.b c1f.21e.b b06e2.f0.c
    """#

  /// The tail of a tag as Glushkov's automaton, with a bit for each position: the positions that may come first.
  static let tailFirst: UInt64 = 0x800100003

  /// The positions at which a tail may end.
  static let tailLast: UInt64 = 0x800000000

  /// For each position, the positions that may follow it.
  static let tailFollowing: [UInt64] = [
    0x800100003,
    0x4,
    0x8,
    0x10,
    0x20,
    0x210c0,
    0x210c0,
    0xd00,
    0x200,
    0xd00,
    0xd00,
    0x210c0,
    0x1a000,
    0x4000,
    0x1a000,
    0x1a000,
    0x210c0,
    0x40000,
    0x80000,
    0x800100003,
    0xe00000,
    0xe00000,
    0xc00000,
    0x43000000,
    0x43000000,
    0x34000000,
    0x8000000,
    0x34000000,
    0x34000000,
    0x800100003,
    0x680000000,
    0x100000000,
    0x680000000,
    0x680000000,
    0x800100003,
    0x0,
  ]

  /// For each character class, the positions that accept it.
  static let tailHolding: [UInt64] = [
    0x210008441,
    0x22a008a81,
    0x550015401,
    0x29400a541,
    0x210808441,
    0x210008442,
    0xa10088440,
    0x210008445,
    0x210268459,
    0x210008461,
    0x211408441,
    0x210308441,
    0x210208441,
  ]

  /// Named characters: `code.name`, the code in hexadecimal.
  static let entities: StaticString = #"""
    c6.AElig 26.AMP c1.Aacute c2.Acirc c0.Agrave 391.Alpha c5.Aring c3.Atilde c4.Auml 392.Beta a9.COPY c7.Ccedil
    3a7.Chi 2021.Dagger 394.Delta d0.ETH c9.Eacute ca.Ecirc c8.Egrave 395.Epsilon 397.Eta cb.Euml 3e.GT 393.Gamma
    cd.Iacute ce.Icirc cc.Igrave 399.Iota cf.Iuml 39a.Kappa 3c.LT 39b.Lambda 39c.Mu d1.Ntilde 39d.Nu 152.OElig
    d3.Oacute d4.Ocirc d2.Ograve 3a9.Omega 39f.Omicron d8.Oslash d5.Otilde d6.Ouml 3a6.Phi 3a0.Pi 2033.Prime 3a8.Psi
    22.QUOT ae.REG 3a1.Rho 160.Scaron 3a3.Sigma de.THORN 3a4.Tau 398.Theta da.Uacute db.Ucirc d9.Ugrave 3a5.Upsilon
    dc.Uuml 39e.Xi dd.Yacute 178.Yuml 396.Zeta e1.aacute e2.acirc b4.acute e6.aelig e0.agrave 2135.alefsym 3b1.alpha
    26.amp 2227.and 2220.ang 27.apos e5.aring 2248.asymp e3.atilde e4.auml 201e.bdquo 3b2.beta a6.brvbar 2022.bull
    2229.cap e7.ccedil b8.cedil a2.cent 3c7.chi 2c6.circ 2663.clubs 2245.cong a9.copy 21b5.crarr 222a.cup a4.curren
    21d3.dArr 2020.dagger 2193.darr b0.deg 3b4.delta 2666.diams f7.divide e9.eacute ea.ecirc e8.egrave 2205.empty
    2003.emsp 2002.ensp 3b5.epsilon 2261.equiv 3b7.eta f0.eth eb.euml 20ac.euro 2203.exist 192.fnof 2200.forall
    bd.frac12 bc.frac14 be.frac34 2044.frasl 3b3.gamma 2265.ge 3e.gt 21d4.hArr 2194.harr 2665.hearts 2026.hellip
    ed.iacute ee.icirc a1.iexcl ec.igrave 2111.image 221e.infin 222b.int 3b9.iota bf.iquest 2208.isin ef.iuml
    3ba.kappa 21d0.lArr 3bb.lambda 2329.lang ab.laquo 2190.larr 2308.lceil 201c.ldquo 2264.le 230a.lfloor
    2217.lowast 25ca.loz 200e.lrm 2039.lsaquo 2018.lsquo 3c.lt af.macr 2014.mdash b5.micro b7.middot 2212.minus
    3bc.mu 2207.nabla 20.nbsp 2013.ndash 2260.ne 220b.ni ac.not 2209.notin 2284.nsub f1.ntilde 3bd.nu f3.oacute
    f4.ocirc 153.oelig f2.ograve 203e.oline 3c9.omega 3bf.omicron 2295.oplus 2228.or aa.ordf ba.ordm f8.oslash
    f5.otilde 2297.otimes f6.ouml b6.para 2202.part 2030.permil 22a5.perp 3c6.phi 3c0.pi 3d6.piv b1.plusmn a3.pound
    2032.prime 220f.prod 221d.prop 3c8.psi 22.quot 21d2.rArr 221a.radic 232a.rang bb.raquo 2192.rarr 2309.rceil
    201d.rdquo 211c.real ae.reg 230b.rfloor 3c1.rho 200f.rlm 203a.rsaquo 2019.rsquo 201a.sbquo 161.scaron 22c5.sdot
    a7.sect ad.shy 3c3.sigma 3c2.sigmaf 223c.sim 2660.spades 2282.sub 2286.sube 2211.sum 2283.sup b9.sup1 b2.sup2
    b3.sup3 2287.supe df.szlig 3c4.tau 2234.there4 3b8.theta 3d1.thetasym 2009.thinsp fe.thorn 2dc.tilde d7.times
    2122.trade 21d1.uArr fa.uacute 2191.uarr fb.ucirc f9.ugrave a8.uml 3d2.upsih 3c5.upsilon fc.uuml 2118.weierp
    3be.xi fd.yacute a5.yen ff.yuml 3b6.zeta 200d.zwj 200c.zwnj
    """#
}
