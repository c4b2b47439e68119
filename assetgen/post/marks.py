"""What a picture file says of its origin: IPTC source type, placeholder, C2PA. Written as XMP, read without decoding a pixel."""

import re
import zlib
from dataclasses import dataclass

from assetgen.decode import container

TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PNG_XMP = "XML:com.adobe.xmp"
PNG_PLACEHOLDER = "assetgen:placeholder"

_LONGEST_XMP = 1 << 20
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_SOURCE = re.compile(
    rb"""DigitalSourceType(?:\s*=\s*["']|\s+rdf:resource\s*=\s*["']|\s*>\s*)https?://cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]{1,64})"""
)
_PLACEHOLDER = re.compile(rb"""assetgen:Placeholder\s*=\s*["']True["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The origin as the file tells it. source: a term of IPTC's digital source types. c2pa: a signed manifest is attached (unchecked)."""

    source: str | None = None
    placeholder: bool = False
    c2pa: bool = False


def xmp(source: str | None, *, placeholder: bool) -> str:
    """The XMP packet for these marks; empty where there is nothing to say."""
    says = ""
    if source:
        says += f' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType="{TERMS}{source}"'
    if placeholder:
        says += ' xmlns:assetgen="urn:assetgen:xmp:1" assetgen:Placeholder="True"'
    if not says:
        return ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{says}/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )


def marks(data: bytes) -> Marks:
    """The marks of a PNG, JPEG, WebP or AVIF; none for anything else. Bytes of strangers do no harm here."""
    fmt = container.sniff(data)
    if fmt is None or fmt == "gif":
        return Marks()
    packet, placeholder, c2pa = b"", False, False
    try:
        for segment in container.segments(fmt, data):
            content = memoryview(data)[segment.start : segment.stop]
            match fmt, segment.kind:
                case "png", b"iTXt" if bytes(content[:18]) == PNG_XMP.encode() + b"\0":
                    packet = _itxt(bytes(content[18:]))
                case "png", b"tEXt" if bytes(content) == PNG_PLACEHOLDER.encode() + b"\x001":
                    placeholder = True
                case "jpeg", b"\xe1" if bytes(content[: len(_JPEG_XMP)]) == _JPEG_XMP:
                    packet = bytes(content[len(_JPEG_XMP) :])
                case "webp", b"XMP ":
                    packet = bytes(content[:_LONGEST_XMP])
                case "avif", b"meta" | b"mdat" | b"idat":
                    # An item of its own; its place is told by other boxes, and its text is stored as it is.
                    packet = packet or _avif_xmp(bytes(content))
            c2pa = c2pa or _holds_c2pa(fmt, segment.kind, bytes(content[:64]))
    except EOFError:
        pass
    source = _SOURCE.search(packet)
    placeholder = placeholder or bool(_PLACEHOLDER.search(packet))
    return Marks(source=source[1].decode() if source else None, placeholder=placeholder, c2pa=c2pa)


def _itxt(content: bytes) -> bytes:
    compressed, text = content[:1] == b"\1", content[2:].split(b"\0", 2)[-1]
    if not compressed:
        return text
    try:
        return zlib.decompressobj().decompress(text, _LONGEST_XMP)
    except zlib.error:
        return b""


def _avif_xmp(content: bytes) -> bytes:
    start = content.find(b"<x:xmpmeta")
    stop = content.find(b"</x:xmpmeta>", start)
    return content[start:stop] if start >= 0 else b""


def _holds_c2pa(fmt: str, kind: bytes, start: bytes) -> bool:
    match fmt, kind:
        case "png", b"caBX":
            return True
        case "jpeg", b"\xeb":
            return b"c2pa" in start
        case "webp", b"C2PA":
            return True
        case "avif", b"uuid":
            return start.startswith(_C2PA_BOX)
        case _:
            return False
