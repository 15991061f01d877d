"""The errors of formulas in sheets: found where they stand, in every form of a workbook."""

from __future__ import annotations

import base64
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from geosocial.io import plain_csv
from geosocial.io.error_values import errors_of, is_error
from geosocial.io.sheets import Sheet, read_sheet

HEADER = ["nom", "lat", "lon", "places"]


def book(path: Path) -> Path:
    """Write a workbook as Excel does, with errors in three of its rows, one of which holds nothing else."""
    made = xlsxwriter.Workbook(str(path))
    made.add_worksheet("Notes").write_formula(0, 0, "=1/0", None, "#DIV/0!")
    sheet = made.add_worksheet("Équipements & co")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["Café", 45.5, -73.6])
    sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
    sheet.write_row(2, 0, ["NA", 45.5, -73.6, 12])
    sheet.write_formula(3, 0, "=NA()", None, "#N/A")
    sheet.write_row(3, 1, [45.5, -73.6, 7])
    sheet.write_formula(4, 3, "=1/0", None, "#DIV/0!")
    made.close()
    return path


def found(sheet: Sheet) -> tuple[list[list[str]], tuple[tuple[int, str, str], ...]]:
    return [[str(v) for v in row] for row in sheet.frame.to_numpy().tolist()], sheet.errors


def test_an_error_is_an_empty_cell_that_is_told_and_a_row_of_errors_is_no_record(tmp_path: Path) -> None:
    read = read_sheet(book(tmp_path / "t.xlsx"), sheet="Équipements & co")
    cells, errors = found(read)
    assert cells == [["Café", "45.5", "-73.6", ""], ["NA", "45.5", "-73.6", "12"], ["", "45.5", "-73.6", "7"]]
    assert errors == ((0, "places", "#DIV/0!"), (2, "nom", "#N/A"))
    assert read.rows.tolist() == [2, 3, 4]
    assert read.blank == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_sheet_saved_as_csv_says_the_same(tmp_path: Path, encoding: str) -> None:
    text = "nom;lat;lon;places\nCafé;45,5;-73,6;#DIV/0!\nNA;45,5;-73,6;12\n#N/A;45,5;-73,6;7\n;;;#DIV/0!\n"
    (tmp_path / "t.csv").write_text(text, encoding=encoding)
    read = read_sheet(tmp_path / "t.csv")
    assert read.errors == ((0, "places", "#DIV/0!"), (2, "nom", "#N/A"))
    assert (len(read.rows), read.blank) == (3, 1)


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
 ><office:body><office:spreadsheet>
<table:table table:name="A"><table:table-row><table:table-cell office:value-type="string"
 calcext:value-type="error"><text:p>#NAME?</text:p></table:table-cell></table:table-row></table:table>
<table:table table:name="B">
<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
<table:table-row>{header}</table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"
 ><text:p>Café</text:p><office:annotation><text:p>#REF!</text:p></office:annotation></table:table-cell
><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="0"
 table:formula="of:=1/0"><text:p>#DIV/0 !</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def test_cells_and_rows_that_an_ods_repeats_count(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    header = "".join(map(cell.format, ("nom", "lat", "lon")))
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(header=header))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    # an older OpenOffice gives the value 0 to a formula that failed: it is none
    errors = {(row, column): "#DIV/0 !" for row in (4, 5) for column in (1, 2)}
    assert errors_of(tmp_path / "t.ods", "ODS", "B") == errors
    cells, told = found(read_sheet(tmp_path / "t.ods", sheet="B"))
    assert cells == [["Café", "", ""]] * 2
    assert told == tuple((n, name, "#DIV/0 !") for n in (0, 1) for name in ("lat", "lon"))


#: Of LibreOffice 7: the sheet of `HEADER` with a second and a third row; made smaller by zlib.
XLS = (
    "c-rk(Uu=_A6hHU2YrmGUeH%=0gIQ2yut5eUI-}T*fk>hm8K}gNNGa`{bZfKC1QV4a@?s#-@ZbxH!R$?=5EFgS#O=)o"
    "jlS@p(PZ#oB=}H`e?sE=`8(&kU-zwU$yy9i*=f%Gb9&D`=ic+@p6~0gnx-#YYP~`g@DK&4<U}asqbZ=}O>81<XeGyS"
    "JhHO{|0$R;J=-t{`_%#2=3!&ki0PN${|N(>!*85ow3|lIkJ5`&4cq~b@$a`7p3)-MEf$vK*Djy)H|OyHurmHR*K_<w"
    "fy;pPz~#UOV59p4P!q5jxB|Em*djhbv<kQycqgzG*alo<WVf51aUI6%&HNtp8<z6TEro~$D~9UmljUEq$;I|p;1L&t"
    "Q{op_frlv1zR{P=ree1Wc8U&3#X3yFNq1nR=sc(m^np-6m3D`CA0R=o9^=smbwYGMEA4t|8;JQo7M^c~vW?p5JMr>2"
    "BnT9RRUaiOOG9)7d2k3TTIq9+uM@I@qeJz|KfLN@{%sG|(*(!Zp7cn1G?|^2*qNZ;oR}|8Cu2-!cA@{eIJ&NqPPZL>"
    "0(UpxJ$Jh6i<R_E3(&h3pl@D)9{C&noJL#~$l=~D1f*{&grsjS1f^e52ur`RQ0E*L|2>VJ&IDaw-+u<7sqmXp7Le$`"
    "Sw+|B8BWl}0TB}_aw6sk_6l}C-bc%d973NV5G*>WknpWZl|Y-I_MdGx<y%Po7E-$P2eSU3IAEQ5D)4NK<c85^ljGdx"
    "Mvy@A*<>m`CK)4h&B60wQ9S5AA1SK^ID7Rirq}$&xVgxllZ)!1^idp!qqj*8U}L*2eQT~?y}vd7tk4UyUnR7GZ<M;!"
    "N&GVv+$<cO(!MHdy*KKV&|Z`FUhofQ7=DOv^o={p`~Dc;<Qrc=PKiJ(l8e`n)}>b0hfYl$o{oFHq9^f>MK8;-Nxg10"
    "nv*t27a(I3vb1f+U2djOjY3oN&~ycDM&4%kH6}Atn5pti%iVdi0A>L*Q^Lm@yrQFWl16IVgEi1l37=d;W?(WzYe5Of"
    "PGPAx+@pl4T_K55D1>KT%XS*RF}ol@y-{LrExT*cbC!FRqT{{mM4+A{kQLG*a61<MMEjVz_?T<_qGddnb;ogv-R?n("
    "9YT*3?RiQbO;O=v9`@TubTfSva^DT2hsBr#MH`J_$RuqVgxe2V{*9DZW<}j~B_|MdYcSi=Zd|)dALW|oiJ{bJZY-A>"
    "kL^C5N@rsaKCtCL@<=+HO^bW)9Li*RZl?BAZdBI{C5Ob?^XyC0r{DhNM*nm6yKh?5x$(nq_@ZAjamoMpnEEhbF5_`i"
    "CmuAl;!#sC=1q-xZHCxgWZZ4|Jg6KO-YNW^Iq|*nkE_w2Df;r4m(Oo)v(LQ+{kv|wzl)Pr1?`ZjQ@wO(`*ht`j#HBN"
    "!aK7zI(oG;pSd@me=0pXHk2EgdscRxZQHkY1L)rf|K#_d++Rfu%*VrbT8Oygry+fmj-ldWJ&skaf3u_xH<LP5d{@Q8"
    "o}c$Y?l63`A38i=ll*}18*DK=Yk_;qan_G|FkQ3#I8j#n{dbr7R+Flf_R|YE|1j!Ow*6jsK}KxClyTInIZzgc4kN#="
    "iu>nSdao>h7bK)ahqQQLb^7$waQ?e}@^AO=|GxlV+auT"
)


def test_an_old_workbook_is_looked_into_too(tmp_path: Path) -> None:
    (tmp_path / "t.xls").write_bytes(zlib.decompress(base64.b85decode(XLS)))
    cells, errors = found(read_sheet(tmp_path / "t.xls"))
    assert cells == [["Café", "45.5", "-73.6", ""], ["", "", "-73.6", "12"]]
    assert errors == ((0, "places", "#DIV/0!"), (1, "nom", "#N/A"), (1, "lat", "#VALUE!"))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 6_000), value=st.binary(min_size=1, max_size=8))
def test_damage_to_an_old_workbook_is_no_fault_of_ours(at: int, value: bytes) -> None:
    import tempfile

    data = bytearray(zlib.decompress(base64.b85decode(XLS)))
    data[at : at + len(value)] = value
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "t.xls"
        file.write_bytes(data)
        for said in errors_of(file, "XLS", "S").values():
            assert is_error(said)


def test_a_compound_file_that_goes_round_comes_to_an_end(tmp_path: Path) -> None:
    data = bytearray(zlib.decompress(base64.b85decode(XLS)))
    data[68:72] = struct.pack("<I", 0)  # its list of sectors goes on in its first one
    (tmp_path / "t.xls").write_bytes(data)
    errors_of(tmp_path / "t.xls", "XLS", "S")


def test_a_large_file_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["id,nom,places", *(f"{n},Café {n},{n % 7}" for n in range(2_000))]
    lines[701] = "700,#N/A,3"
    lines[1501] = "1500, #VALEUR! ,#REF!"
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    small = read_sheet(tmp_path / "t.csv")
    monkeypatch.setattr(plain_csv, "LARGE", 1)
    read = read_sheet(tmp_path / "t.csv")
    assert read.frame.equals(small.frame)
    assert read.errors == small.errors
    assert read.errors == ((700, "nom", "#N/A"), (1500, "nom", "#VALEUR!"), (1500, "places", "#REF!"))


def test_words_that_only_look_like_errors_stay() -> None:
    for text in ("", "#", "##", "#1", "#REF", "N/A", "#nom", "Err", "Erreur!", "#N/Ax", "C#", "#VALUE! 12"):
        assert not is_error(text), text
    for text in ("#NOM?", "#NOM ?", "#VALEUR\u00a0!", "#NOMBRE!", "#NUL!", "#NULL!", "#ERROR!", "Err :502"):
        assert is_error(text), text
