package accounts

// letterText is a letter in one language.
type letterText struct{ subject, body string }

// letterTexts holds every letter in every language, each line at most 76 characters wide but for the link.
var letterTexts = map[letterKind]map[string]letterText{
	letterInvitation: {
		"en": {"{tenant} invites you to Alongside", `Hello,

{tenant} invites you to help visitors of its websites with Alongside.
Choose your name and password here:

{link}

The link works once, for seven days. If you did not expect this letter,
you need not do anything.
`},
		"es": {"{tenant} le invita a Alongside", `Hola:

{tenant} le invita a atender con Alongside a quienes visitan sus sitios web.
Elija aquí su nombre y su contraseña:

{link}

El enlace funciona una sola vez y durante siete días. Si no esperaba este
mensaje, no tiene que hacer nada.
`},
		"de": {"{tenant} lädt Sie zu Alongside ein", `Guten Tag,

{tenant} lädt Sie ein, mit Alongside den Besuchern seiner Websites zu
helfen. Namen und Passwort wählen Sie hier:

{link}

Der Link gilt einmal und sieben Tage lang. Falls Sie diese Nachricht nicht
erwartet haben, brauchen Sie nichts zu tun.
`},
		"fr": {"{tenant} vous invite sur Alongside", `Bonjour,

{tenant} vous invite à aider les visiteurs de ses sites avec Alongside.
Choisissez ici votre nom et votre mot de passe :

{link}

Ce lien ne fonctionne qu'une fois, pendant sept jours. Si vous n'attendiez
pas ce message, vous n'avez rien à faire.
`},
		"ar": {"دعوة من {tenant} إلى Alongside", `مرحبًا،

يدعوك {tenant} إلى مساعدة زوار مواقعه باستخدام Alongside.
اختر اسمك وكلمة مرورك من هنا:

{link}

يعمل الرابط مرة واحدة ولمدة سبعة أيام. إن لم تكن تتوقع هذه الرسالة
فلا يلزمك فعل أي شيء.
`},
	},
	letterReset: {
		"en": {"Choose a new password for Alongside", `Hello,

somebody, hopefully you, asked for a new password for Alongside. Choose it
here:

{link}

The link works once, for one hour. If it was not you, you need not do
anything: your password stays as it is.
`},
		"es": {"Elija una contraseña nueva para Alongside", `Hola:

Alguien, esperamos que usted, ha pedido una contraseña nueva para
Alongside. Elíjala aquí:

{link}

El enlace funciona una sola vez y durante una hora. Si no ha sido usted,
no tiene que hacer nada: su contraseña sigue siendo la misma.
`},
		"de": {"Neues Passwort für Alongside wählen", `Guten Tag,

jemand, hoffentlich Sie selbst, hat für Alongside ein neues Passwort
angefordert. Wählen Sie es hier:

{link}

Der Link gilt einmal und eine Stunde lang. Falls Sie das nicht waren,
brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.
`},
		"fr": {"Choisissez un nouveau mot de passe pour Alongside", `Bonjour,

Quelqu'un, sans doute vous, a demandé un nouveau mot de passe pour
Alongside. Choisissez-le ici :

{link}

Ce lien ne fonctionne qu'une fois, pendant une heure. Si ce n'était pas
vous, vous n'avez rien à faire : votre mot de passe ne change pas.
`},
		"ar": {"اختر كلمة مرور جديدة لـ Alongside", `مرحبًا،

طلب شخص ما، ونأمل أن يكون أنت، كلمة مرور جديدة لـ Alongside.
اخترها من هنا:

{link}

يعمل الرابط مرة واحدة ولمدة ساعة. إن لم تكن أنت من طلب ذلك
فلا يلزمك فعل أي شيء: تبقى كلمة مرورك كما هي.
`},
	},
}
