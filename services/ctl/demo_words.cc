// What the demo writes to people: the same letter in two languages, as text and as HTML.

#include "services/ctl/demo.h"

namespace vefa::ctl::demo {
namespace {

constexpr const char* kEnglishSubject = "We have missed you, {{contact.display_name}}";
constexpr const char* kEnglishText = R"(Dear {{contact.display_name}},

it has been a while since your last order, and we noticed.

The records we have put aside since then are the kind you used to choose with us: a few new ones, and some old ones that had been out of print for years. If you feel like listening again, they are waiting for you. If your taste has moved on, tell us in one line what you listen to now; a person reads every answer.

There is no code to enter and no hurry.

Warm regards,
The record shop

You receive this because you agreed to hear from us by e-mail. If you would rather not, one click is enough and we will not ask why:
{{unsubscribe_url}}

Fewer of them, or about something else? Choose here:
{{preferences_url}}
)";
constexpr const char* kEnglishHtml = R"(<!doctype html>
<html lang="en"><body style="font-family:Georgia,serif;line-height:1.5;max-width:34em;margin:2em auto;padding:0 1em;color:#222">
<p>Dear {{contact.display_name}},</p>
<p>it has been a while since your last order, and we noticed.</p>
<p>The records we have put aside since then are the kind you used to choose with us: a few new ones, and some old ones that had been out of print for years. If you feel like listening again, they are waiting for you. If your taste has moved on, tell us in one line what you listen to now; a person reads every answer.</p>
<p>There is no code to enter and no hurry.</p>
<p>Warm regards,<br>The record shop</p>
<p style="font-size:0.85em;color:#555">You receive this because you agreed to hear from us by e-mail. If you would rather not, <a href="{{unsubscribe_url}}">one click is enough</a> and we will not ask why. Or <a href="{{preferences_url}}">choose what you hear from us</a>.</p>
</body></html>
)";

constexpr const char* kTurkishSubject = "Sizi özledik, {{contact.display_name}}";
constexpr const char* kTurkishText = R"(Merhaba {{contact.display_name}},

son siparişinizin üzerinden epey zaman geçti; yokluğunuz fark edildi.

O günden beri sizin için ayırdığımız plaklar, bizden seçmeye alıştığınız türden: birkaçı yeni çıktı, birkaçı da yıllardır bulunmuyordu. Yeniden dinlemek isterseniz sizi bekliyorlar. Zevkiniz değiştiyse şu sıralar ne dinlediğinizi bir satırla yazın; her yanıtı bir insan okuyor.

Girilecek bir kod yok, acele etmeniz de gerekmiyor.

Sevgilerle,
Plak dükkânınız

Bu iletiyi, e-posta almayı kabul ettiğiniz için gönderdik. İstemezseniz tek tık yeterli; nedenini sormayız:
{{unsubscribe_url}}

Daha seyrek ya da başka konularda mı yazalım? Buradan seçin:
{{preferences_url}}
)";
constexpr const char* kTurkishHtml = R"(<!doctype html>
<html lang="tr"><body style="font-family:Georgia,serif;line-height:1.5;max-width:34em;margin:2em auto;padding:0 1em;color:#222">
<p>Merhaba {{contact.display_name}},</p>
<p>son siparişinizin üzerinden epey zaman geçti; yokluğunuz fark edildi.</p>
<p>O günden beri sizin için ayırdığımız plaklar, bizden seçmeye alıştığınız türden: birkaçı yeni çıktı, birkaçı da yıllardır bulunmuyordu. Yeniden dinlemek isterseniz sizi bekliyorlar. Zevkiniz değiştiyse şu sıralar ne dinlediğinizi bir satırla yazın; her yanıtı bir insan okuyor.</p>
<p>Girilecek bir kod yok, acele etmeniz de gerekmiyor.</p>
<p>Sevgilerle,<br>Plak dükkânınız</p>
<p style="font-size:0.85em;color:#555">Bu iletiyi, e-posta almayı kabul ettiğiniz için gönderdik. İstemezseniz <a href="{{unsubscribe_url}}">tek tık yeterli</a>; nedenini sormayız. Ya da <a href="{{preferences_url}}">bizden ne duyacağınızı seçin</a>.</p>
</body></html>
)";

}  // namespace

Json TemplateWords() {
  Json english{{"subject", kEnglishSubject}, {"text", kEnglishText}, {"html", kEnglishHtml}};
  Json turkish{{"subject", kTurkishSubject}, {"text", kTurkishText}, {"html", kTurkishHtml}};
  return Json{{"en", std::move(english)}, {"tr", std::move(turkish)}};
}

}  // namespace vefa::ctl::demo
