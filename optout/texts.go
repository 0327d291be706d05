package optout

// texts are the pages' words in one language. {name} is the site's, {host} this server's, {address} that of a site's page,
// {cookie} the cookie's name.
type texts struct {
	Lang, Dir, Name string

	Title, Lead                            string // of a site's page
	In, InHint, Out, OutHint               string // how things stand
	OptOut, OptIn                          string // the button
	AllTitle, AllLead                      string // of the page for all sites
	AllIn, AllInHint, AllOut, AllOutHint   string
	AllOptOut, AllOptIn                    string
	Saved, Stopped, Lost, AllLost          string // what the visitor's choice did
	Back, BackHint, More                   string
	MeansTitle                             string
	Means                                  []string
	ReachTitle                             string
	Reach, AllReach                        []string
	ListTitle, ListNone, ListOut, ListIn   string
	ListHint, AllLink                      string
	Language, ErrorTitle, Unknown, Refused string
}

// languages are those that the product speaks; the first is for those who speak none of them.
var languages = []*texts{&english, &spanish, &german, &french, &arabic}

var english = texts{
	Lang: "en", Dir: "ltr", Name: "English",
	Title: "Your privacy on {name}",
	Lead: "{name} uses Alongside to help visitors live: a helper can see the page you are on and show you the way. Nobody sees " +
		"anything before you agree. If you don’t want to be asked or noticed at all, opt out here.",
	In:      "You have not opted out of {name}",
	InHint:  "Your page is shown to a helper only when you say yes.",
	Out:     "You have opted out of {name}",
	OutHint: "As soon as {name} knows, you are not listed and not recognised, and nobody is shown your page. The link below tells it.",
	OptOut:  "Opt out", OptIn: "Opt back in",
	AllTitle: "Opt out of Alongside",
	AllLead: "Websites use {host} to help their visitors live: a helper can see the page you are on and show you the way, once " +
		"you agree. Here you can opt out of all of these websites at once.",
	AllIn:      "You have not opted out of all sites",
	AllInHint:  "Your page is shown to a helper only when you say yes.",
	AllOut:     "You have opted out of all sites",
	AllOutHint: "It counts wherever this browser lets {host} see its cookie. Below you can read where that is.",
	AllOptOut:  "Opt out of all sites", AllOptIn: "Opt back in",
	Saved:    "Saved in this browser.",
	Stopped:  "Sharing in your open session has ended. Nobody sees your page any more.",
	Lost:     "This browser did not keep our cookie. Use the link back to {name}, so that the site itself remembers your choice.",
	AllLost:  "This browser did not keep our cookie, so your choice does not count here. Open the page of each site and use its link back.",
	Back:     "Back to {name}",
	BackHint: "This link takes your choice along, so that {name} remembers it too. It is valid for 15 minutes.",
	More:     "{name} has other addresses. Each one remembers your choice once you open it from here:",

	MeansTitle: "What opting out means",
	Means: []string{
		"You are in no list of visitors and get no identifier.",
		"Your page is never shown to anybody. If somebody sees it now, that ends at once.",
		"You can still get help by chat or call. To share your page you would first be asked to lift the opt-out.",
	},
	ReachTitle: "What it reaches, and what it does not",
	Reach: []string{
		"Only this browser on this device. Please do the same in your other browsers and devices; a private window forgets it when you close it.",
		"Your choice is kept for 400 days in the cookie {cookie} of {host}. It names the sites you decided about and says nothing about you. If you delete your cookies, it is gone.",
		"Many browsers hide this cookie from other websites. That is why there is a link back: with it, {name} keeps your choice itself.",
		"If your browser sends Global Privacy Control, you are neither listed nor recognised anywhere, even without this page.",
	},
	AllReach: []string{
		"It reaches websites that use {host}, in browsers that let them see its cookie {cookie}. The cookie lasts 400 days and says nothing else about you.",
		"It does not reach browsers that hide cookies from other websites: Safari, Brave, Firefox in its default setting, private windows, and more and more others. There, opt out on the page of each site and use its link back.",
		"It does not reach your other browsers and devices, nor websites that use Alongside from another server.",
		"If your browser sends Global Privacy Control, you are neither listed nor recognised anywhere, even without this page.",
	},
	ListTitle: "Sites you decided about in this browser",
	ListNone:  "None yet.", ListOut: "opted out", ListIn: "not opted out",
	ListHint: "Every site has a page of its own, {address}, linked in its help window and its privacy notice.",
	AllLink:  "All sites that use {host}",
	Language: "Language", ErrorTitle: "This did not work",
	Unknown: "There is no such page. Perhaps the link was cut short; you find it in the help window of the site.",
	Refused: "Nothing was changed. Please open the page anew and use its button.",
}

var spanish = texts{
	Lang: "es", Dir: "ltr", Name: "Español",
	Title: "Tu privacidad en {name}",
	Lead: "{name} usa Alongside para ayudar en directo: una persona del equipo puede ver la página en la que estás y guiarte. Nadie ve " +
		"nada sin tu permiso. Si prefieres que ni te pregunten ni te tengan en cuenta, exclúyete aquí.",
	In:      "No te has excluido de {name}",
	InHint:  "Tu página solo se muestra a quien te ayuda si dices que sí.",
	Out:     "Te has excluido de {name}",
	OutHint: "En cuanto {name} lo sepa, no aparecerás en ninguna lista, no se te reconocerá y nadie verá tu página. El enlace se lo comunica.",
	OptOut:  "Excluirme", OptIn: "Volver a participar",
	AllTitle: "Excluirse de Alongside",
	AllLead: "Varios sitios web usan {host} para ayudar en directo: con tu permiso, una persona puede ver la página en la que estás y " +
		"guiarte. Aquí puedes excluirte de todos esos sitios a la vez.",
	AllIn:      "No te has excluido de todos los sitios",
	AllInHint:  "Tu página solo se muestra a quien te ayuda si dices que sí.",
	AllOut:     "Te has excluido de todos los sitios",
	AllOutHint: "Vale allí donde este navegador deja que {host} vea su cookie. Más abajo te explicamos dónde.",
	AllOptOut:  "Excluirme de todos los sitios", AllOptIn: "Volver a participar",
	Saved:    "Guardado en este navegador.",
	Stopped:  "Se ha dejado de compartir tu página en la sesión abierta. Ya no la ve nadie.",
	Lost:     "Este navegador no ha guardado nuestra cookie. Usa el enlace para volver a {name}: así el propio sitio recordará tu decisión.",
	AllLost:  "Este navegador no ha guardado nuestra cookie, así que tu decisión no tiene efecto aquí. Abre la página de cada sitio y usa su enlace para volver.",
	Back:     "Volver a {name}",
	BackHint: "Este enlace lleva consigo tu decisión para que {name} también la recuerde. Es válido durante 15 minutos.",
	More:     "{name} tiene otras direcciones. Cada una recordará tu decisión cuando la abras desde aquí:",

	MeansTitle: "Qué significa excluirse",
	Means: []string{
		"No apareces en ninguna lista de visitantes ni recibes ningún identificador.",
		"Tu página no se muestra a nadie. Si alguien la está viendo ahora, deja de verla al instante.",
		"Sigues pudiendo pedir ayuda por chat o llamada. Para compartir tu página, primero se te pediría que anules la exclusión.",
	},
	ReachTitle: "Hasta dónde llega y hasta dónde no",
	Reach: []string{
		"Solo a este navegador en este dispositivo. Haz lo mismo en los demás; una ventana privada lo olvida al cerrarse.",
		"Tu decisión se guarda 400 días en la cookie {cookie} de {host}. Indica sobre qué sitios has decidido y no dice nada de ti. Si borras las cookies, desaparece.",
		"Muchos navegadores ocultan esta cookie a otros sitios web. Para eso está el enlace de vuelta: con él, {name} guarda tu decisión por su cuenta.",
		"Si tu navegador envía Global Privacy Control, no apareces en ninguna lista ni se te reconoce en ningún sitio, tampoco sin esta página.",
	},
	AllReach: []string{
		"Llega a los sitios web que usan {host}, en navegadores que les dejan ver su cookie {cookie}. Dura 400 días y no dice nada más de ti.",
		"No llega a navegadores que ocultan las cookies a otros sitios: Safari, Brave, Firefox con su configuración normal, las ventanas privadas y cada vez más. En ellos, exclúyete en la página de cada sitio y usa su enlace para volver.",
		"No llega a tus otros navegadores y dispositivos, ni a sitios que usan Alongside desde otro servidor.",
		"Si tu navegador envía Global Privacy Control, no apareces en ninguna lista ni se te reconoce en ningún sitio, tampoco sin esta página.",
	},
	ListTitle: "Sitios sobre los que has decidido en este navegador",
	ListNone:  "Ninguno por ahora.", ListOut: "excluido", ListIn: "sin exclusión",
	ListHint: "Cada sitio tiene su propia página, {address}, enlazada en su ventana de ayuda y en su aviso de privacidad.",
	AllLink:  "Todos los sitios que usan {host}",
	Language: "Idioma", ErrorTitle: "No ha funcionado",
	Unknown: "Esta página no existe. Puede que el enlace esté incompleto; lo encontrarás en la ventana de ayuda del sitio.",
	Refused: "No se ha cambiado nada. Vuelve a abrir la página y usa su botón.",
}

var german = texts{
	Lang: "de", Dir: "ltr", Name: "Deutsch",
	Title: "Ihre Privatsphäre bei {name}",
	Lead: "{name} hilft mit Alongside live weiter: Jemand vom Team kann die Seite sehen, auf der Sie gerade sind, und Ihnen den Weg " +
		"zeigen. Ohne Ihr Einverständnis sieht niemand etwas. Möchten Sie gar nicht erst gefragt oder bemerkt werden, können Sie hier widersprechen.",
	In:      "Sie haben bei {name} nicht widersprochen",
	InHint:  "Ihre Seite wird nur gezeigt, wenn Sie Ja sagen.",
	Out:     "Sie haben bei {name} widersprochen",
	OutHint: "Sobald {name} davon weiß, erscheinen Sie in keiner Liste, werden nicht wiedererkannt, und niemand sieht Ihre Seite. Der Link teilt es mit.",
	OptOut:  "Widersprechen", OptIn: "Widerspruch aufheben",
	AllTitle: "Alongside widersprechen",
	AllLead: "Websites nutzen {host}, um live weiterzuhelfen: Mit Ihrem Einverständnis kann jemand die Seite sehen, auf der Sie gerade " +
		"sind, und Ihnen den Weg zeigen. Hier können Sie bei allen diesen Websites auf einmal widersprechen.",
	AllIn:      "Sie haben nicht bei allen Websites widersprochen",
	AllInHint:  "Ihre Seite wird nur gezeigt, wenn Sie Ja sagen.",
	AllOut:     "Sie haben bei allen Websites widersprochen",
	AllOutHint: "Das gilt überall dort, wo dieser Browser {host} sein Cookie sehen lässt. Wo das so ist, steht weiter unten.",
	AllOptOut:  "Bei allen widersprechen", AllOptIn: "Widerspruch aufheben",
	Saved:    "In diesem Browser gespeichert.",
	Stopped:  "In Ihrer offenen Sitzung wird nichts mehr geteilt. Niemand sieht Ihre Seite.",
	Lost:     "Dieser Browser hat unser Cookie nicht behalten. Gehen Sie über den Link zurück zu {name}, dann merkt sich die Website selbst Ihre Entscheidung.",
	AllLost:  "Dieser Browser hat unser Cookie nicht behalten; Ihre Entscheidung gilt hier also nicht. Öffnen Sie die Seite jeder einzelnen Website und gehen Sie über deren Link zurück.",
	Back:     "Zurück zu {name}",
	BackHint: "Dieser Link nimmt Ihre Entscheidung mit, damit auch {name} sie sich merkt. Er gilt 15 Minuten.",
	More:     "{name} hat weitere Adressen. Jede merkt sich Ihre Entscheidung, sobald Sie sie von hier aus öffnen:",

	MeansTitle: "Was ein Widerspruch bedeutet",
	Means: []string{
		"Sie stehen in keiner Besucherliste und erhalten keine Kennung.",
		"Ihre Seite wird niemandem gezeigt. Sieht sie gerade jemand, endet das sofort.",
		"Hilfe per Chat oder Anruf bekommen Sie weiterhin. Um Ihre Seite zu teilen, müssten Sie den Widerspruch erst aufheben; Sie würden danach gefragt.",
	},
	ReachTitle: "Was das erreicht – und was nicht",
	Reach: []string{
		"Nur diesen Browser auf diesem Gerät. Bitte widersprechen Sie auch in Ihren anderen Browsern und Geräten; ein privates Fenster vergisst es beim Schließen.",
		"Ihre Entscheidung steht 400 Tage lang im Cookie {cookie} von {host}. Es nennt die Websites, über die Sie entschieden haben, und sagt nichts über Sie. Löschen Sie Ihre Cookies, ist sie weg.",
		"Viele Browser verbergen dieses Cookie vor anderen Websites. Dafür ist der Link zurück da: Mit ihm merkt sich {name} Ihre Entscheidung selbst.",
		"Sendet Ihr Browser Global Privacy Control, werden Sie nirgends gelistet oder wiedererkannt, auch ohne diese Seite.",
	},
	AllReach: []string{
		"Es erreicht Websites, die {host} nutzen, in Browsern, die ihnen dessen Cookie {cookie} zeigen. Es hält 400 Tage und sagt sonst nichts über Sie.",
		"Es erreicht keine Browser, die Cookies vor anderen Websites verbergen: Safari, Brave, Firefox in der üblichen Einstellung, private Fenster und immer mehr andere. Widersprechen Sie dort auf der Seite jeder Website, und gehen Sie über deren Link zurück.",
		"Es erreicht weder Ihre anderen Browser und Geräte noch Websites, die Alongside von einem anderen Server nutzen.",
		"Sendet Ihr Browser Global Privacy Control, werden Sie nirgends gelistet oder wiedererkannt, auch ohne diese Seite.",
	},
	ListTitle: "Websites, über die Sie in diesem Browser entschieden haben",
	ListNone:  "Noch keine.", ListOut: "widersprochen", ListIn: "nicht widersprochen",
	ListHint: "Jede Website hat eine eigene Seite, {address}, verlinkt in ihrem Hilfefenster und in ihrer Datenschutzerklärung.",
	AllLink:  "Alle Websites, die {host} nutzen",
	Language: "Sprache", ErrorTitle: "Das hat nicht geklappt",
	Unknown: "Diese Seite gibt es nicht. Vielleicht ist der Link unvollständig; Sie finden ihn im Hilfefenster der Website.",
	Refused: "Es wurde nichts geändert. Bitte öffnen Sie die Seite neu und nutzen Sie ihre Schaltfläche.",
}

var french = texts{
	Lang: "fr", Dir: "ltr", Name: "Français",
	Title: "Votre vie privée sur {name}",
	Lead: "{name} utilise Alongside pour vous aider en direct : une personne de l’équipe peut voir la page où vous êtes et vous guider. " +
		"Personne ne voit rien sans votre accord. Si vous ne souhaitez être ni sollicité ni remarqué, opposez-vous ici.",
	In:      "Vous ne vous êtes pas opposé sur {name}",
	InHint:  "Votre page n’est montrée que si vous dites oui.",
	Out:     "Vous vous êtes opposé sur {name}",
	OutHint: "Dès que {name} le sait, vous ne figurez dans aucune liste, vous n’êtes pas reconnu et personne ne voit votre page. Le lien l’en informe.",
	OptOut:  "M’opposer", OptIn: "Lever mon opposition",
	AllTitle: "S’opposer à Alongside",
	AllLead: "Des sites utilisent {host} pour aider en direct : avec votre accord, une personne peut voir la page où vous êtes et vous " +
		"guider. Ici, vous pouvez vous opposer sur tous ces sites à la fois.",
	AllIn:      "Vous ne vous êtes pas opposé sur tous les sites",
	AllInHint:  "Votre page n’est montrée que si vous dites oui.",
	AllOut:     "Vous vous êtes opposé sur tous les sites",
	AllOutHint: "Cela vaut partout où ce navigateur laisse {host} voir son cookie. Vous lirez plus bas où c’est le cas.",
	AllOptOut:  "M’opposer sur tous les sites", AllOptIn: "Lever mon opposition",
	Saved:    "Enregistré dans ce navigateur.",
	Stopped:  "Le partage de votre session en cours a pris fin. Plus personne ne voit votre page.",
	Lost:     "Ce navigateur n’a pas conservé notre cookie. Revenez à {name} par le lien : le site retiendra lui-même votre choix.",
	AllLost:  "Ce navigateur n’a pas conservé notre cookie : votre choix n’a donc pas d’effet ici. Ouvrez la page de chaque site et revenez par son lien.",
	Back:     "Revenir à {name}",
	BackHint: "Ce lien emporte votre choix, pour que {name} le retienne aussi. Il est valable 15 minutes.",
	More:     "{name} a d’autres adresses. Chacune retiendra votre choix dès que vous l’ouvrirez d’ici :",

	MeansTitle: "Ce que signifie s’opposer",
	Means: []string{
		"Vous ne figurez dans aucune liste de visiteurs et ne recevez aucun identifiant.",
		"Votre page n’est montrée à personne. Si quelqu’un la voit en ce moment, cela cesse aussitôt.",
		"Vous pouvez toujours obtenir de l’aide par chat ou par appel. Pour partager votre page, il vous serait d’abord demandé de lever l’opposition.",
	},
	ReachTitle: "Jusqu’où cela va, et jusqu’où non",
	Reach: []string{
		"Seulement ce navigateur, sur cet appareil. Faites de même dans les autres ; une fenêtre privée l’oublie quand vous la fermez.",
		"Votre choix est conservé 400 jours dans le cookie {cookie} de {host}. Il nomme les sites pour lesquels vous avez choisi et ne dit rien de vous. Si vous effacez vos cookies, il disparaît.",
		"Beaucoup de navigateurs cachent ce cookie aux autres sites. C’est à cela que sert le lien de retour : {name} garde alors lui-même votre choix.",
		"Si votre navigateur envoie Global Privacy Control, vous n’êtes ni listé ni reconnu nulle part, même sans cette page.",
	},
	AllReach: []string{
		"Cela atteint les sites qui utilisent {host}, dans les navigateurs qui leur laissent voir son cookie {cookie}. Il dure 400 jours et ne dit rien d’autre de vous.",
		"Cela n’atteint pas les navigateurs qui cachent les cookies aux autres sites : Safari, Brave, Firefox dans son réglage habituel, les fenêtres privées et de plus en plus d’autres. Là, opposez-vous sur la page de chaque site et revenez par son lien.",
		"Cela n’atteint ni vos autres navigateurs et appareils, ni les sites qui utilisent Alongside depuis un autre serveur.",
		"Si votre navigateur envoie Global Privacy Control, vous n’êtes ni listé ni reconnu nulle part, même sans cette page.",
	},
	ListTitle: "Sites pour lesquels vous avez choisi dans ce navigateur",
	ListNone:  "Aucun pour l’instant.", ListOut: "opposition", ListIn: "pas d’opposition",
	ListHint: "Chaque site a sa propre page, {address}, accessible depuis sa fenêtre d’aide et sa politique de confidentialité.",
	AllLink:  "Tous les sites qui utilisent {host}",
	Language: "Langue", ErrorTitle: "Cela n’a pas fonctionné",
	Unknown: "Cette page n’existe pas. Le lien est peut-être incomplet ; vous le trouverez dans la fenêtre d’aide du site.",
	Refused: "Rien n’a été modifié. Rouvrez la page et utilisez son bouton.",
}

var arabic = texts{
	Lang: "ar", Dir: "rtl", Name: "العربية",
	Title: "خصوصيتك على {name}",
	Lead: "يستخدم {name} خدمة Alongside لمساعدة الزوار مباشرةً: يمكن لأحد أفراد الفريق أن يرى الصفحة التي تتصفحها ويرشدك. لا يرى أحد " +
		"شيئًا قبل موافقتك. وإذا كنت لا ترغب في أن تُسأل أو تُلاحَظ أصلًا، فيمكنك الاعتراض هنا.",
	In:      "لم تعترض على {name}",
	InHint:  "لا تُعرض صفحتك على من يساعدك إلا إذا وافقت.",
	Out:     "لقد اعترضت على {name}",
	OutHint: "ما إن يعلم {name} بذلك حتى لا تظهر في أي قائمة، ولا يجري التعرف عليك، ولا يرى أحد صفحتك. والرابط هو ما يُعلمه.",
	OptOut:  "أعترض", OptIn: "إلغاء الاعتراض",
	AllTitle: "الاعتراض على Alongside",
	AllLead: "تستخدم مواقع {host} لمساعدة زوارها مباشرةً: بعد موافقتك يمكن لشخص أن يرى الصفحة التي تتصفحها ويرشدك. " +
		"يمكنك هنا الاعتراض على جميع هذه المواقع دفعةً واحدة.",
	AllIn:      "لم تعترض على جميع المواقع",
	AllInHint:  "لا تُعرض صفحتك على من يساعدك إلا إذا وافقت.",
	AllOut:     "لقد اعترضت على جميع المواقع",
	AllOutHint: "يسري ذلك حيثما يسمح هذا المتصفح لـ {host} برؤية ملف تعريف الارتباط الخاص به، وستجد أدناه أين يكون ذلك.",
	AllOptOut:  "أعترض على جميع المواقع", AllOptIn: "إلغاء الاعتراض",
	Saved:    "حُفظ في هذا المتصفح.",
	Stopped:  "توقفت المشاركة في جلستك المفتوحة، ولم يعد أحد يرى صفحتك.",
	Lost:     "لم يحتفظ هذا المتصفح بملف تعريف الارتباط الخاص بنا. استخدم رابط العودة إلى {name} ليتذكر الموقع نفسه اختيارك.",
	AllLost:  "لم يحتفظ هذا المتصفح بملف تعريف الارتباط الخاص بنا، فلا أثر لاختيارك هنا. افتح صفحة كل موقع واستخدم رابط العودة فيها.",
	Back:     "العودة إلى {name}",
	BackHint: "يحمل هذا الرابط اختيارك معه ليتذكره {name} أيضًا، وهو صالح لمدة 15 دقيقة.",
	More:     "لدى {name} عناوين أخرى، ويتذكر كل منها اختيارك حين تفتحه من هنا:",

	MeansTitle: "ماذا يعني الاعتراض",
	Means: []string{
		"لا تظهر في أي قائمة للزوار ولا يُعطى لك أي معرّف.",
		"لا تُعرض صفحتك على أحد. وإذا كان أحد يراها الآن، فسيتوقف ذلك فورًا.",
		"يمكنك دائمًا طلب المساعدة بالمحادثة أو الاتصال. ولمشاركة صفحتك سيُطلب منك أولًا إلغاء الاعتراض.",
	},
	ReachTitle: "ما يشمله الاعتراض وما لا يشمله",
	Reach: []string{
		"هذا المتصفح على هذا الجهاز فقط. افعل الشيء نفسه في متصفحاتك وأجهزتك الأخرى؛ أما النافذة الخاصة فتنسى ذلك عند إغلاقها.",
		"يُحفظ اختيارك 400 يوم في ملف تعريف الارتباط {cookie} التابع لـ {host}. يذكر المواقع التي اتخذت قرارًا بشأنها ولا يذكر شيئًا عنك. وإذا حذفت ملفات تعريف الارتباط، زال اختيارك.",
		"تُخفي متصفحات كثيرة هذا الملف عن المواقع الأخرى. لهذا وُجد رابط العودة: به يحفظ {name} اختيارك بنفسه.",
		"إذا كان متصفحك يرسل إشارة Global Privacy Control، فلن تظهر في أي قائمة ولن يجري التعرف عليك في أي موقع، حتى من دون هذه الصفحة.",
	},
	AllReach: []string{
		"يشمل المواقع التي تستخدم {host} في المتصفحات التي تتيح لها رؤية ملف تعريف الارتباط {cookie}. يدوم الملف 400 يوم ولا يذكر عنك شيئًا آخر.",
		"لا يشمل المتصفحات التي تُخفي ملفات تعريف الارتباط عن المواقع الأخرى: Safari وBrave وFirefox بإعداده المعتاد والنوافذ الخاصة وغيرها مما يتزايد. هناك اعترض في صفحة كل موقع واستخدم رابط العودة فيها.",
		"لا يشمل متصفحاتك وأجهزتك الأخرى، ولا المواقع التي تستخدم Alongside من خادم آخر.",
		"إذا كان متصفحك يرسل إشارة Global Privacy Control، فلن تظهر في أي قائمة ولن يجري التعرف عليك في أي موقع، حتى من دون هذه الصفحة.",
	},
	ListTitle: "المواقع التي اتخذت قرارًا بشأنها في هذا المتصفح",
	ListNone:  "لا شيء حتى الآن.", ListOut: "معترَض عليه", ListIn: "غير معترَض عليه",
	ListHint: "لكل موقع صفحة خاصة به، {address}، تجد رابطها في نافذة المساعدة وفي إشعار الخصوصية لدى الموقع.",
	AllLink:  "جميع المواقع التي تستخدم {host}",
	Language: "اللغة", ErrorTitle: "تعذّر ذلك",
	Unknown: "لا توجد صفحة كهذه. ربما كان الرابط ناقصًا، وستجده في نافذة المساعدة لدى الموقع.",
	Refused: "لم يتغير شيء. افتح الصفحة من جديد واستخدم الزر الذي فيها.",
}
