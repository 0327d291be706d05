import type { Texts } from "./en.ts";

/** Arabic counts two, three to ten and more with forms of their own (CLDR plural rules). */
const others: Partial<Record<Intl.LDMLPluralRule, (count: number) => string>> = {
	one: () => "وشخص آخر يرون هذه الصفحة",
	two: () => "وشخصان آخران يرون هذه الصفحة",
	few: (count) => `و${count} أشخاص آخرين يرون هذه الصفحة`,
};
const rules = new Intl.PluralRules("ar");

export const ar: Texts = {
	anAgent: "أحد موظفي الدعم",
	help: "مساعدة مباشرة",
	connecting: "جارٍ الاتصال…",
	code: "رمزك",
	codeHint: "أعطِ هذا الرمز للشخص الذي يساعدك. لن يرى أحد هذه الصفحة قبل أن تسمح بذلك.",
	codeLife: (span) => `صالح لمدة ${span} أخرى`,
	waiting: "في انتظار أحد موظفي الدعم",
	cancel: "إلغاء",
	minimise: "تصغير",
	asks: (name) => `يودّ ${name} رؤية هذه الصفحة`,
	seen: "ما يمكن رؤيته",
	seenPage: "هذه الصفحة وصفحات هذا الموقع التي تنتقل إليها",
	seenPointer: "المؤشر والنقرات والتمرير",
	hidden: "ما يبقى مخفيًا",
	hiddenInputs: "ما تكتبه في الحقول",
	hiddenStrict: "كل النصوص وكل ما تكتبه",
	hiddenMarked: "كلمات المرور وبيانات البطاقات وما حدّده هذا الموقع على أنه خاص",
	hiddenElse: "المواقع الأخرى والتطبيقات الأخرى وملفاتك",
	allow: "السماح",
	deny: "عدم السماح",
	closesIn: (span) => `يُغلق تلقائيًا خلال ${span}`,
	sees: (name, count) =>
		count === 0
			? `يرى ${name} هذه الصفحة`
			: `${name} ${others[rules.select(count)]?.(count) ?? `و${count} شخصًا آخر يرون هذه الصفحة`}`,
	paused: "متوقف مؤقتًا. لا أحد يرى هذه الصفحة",
	reconnecting: "انقطع الاتصال. جارٍ إعادة الاتصال…",
	pause: "إيقاف مؤقت",
	resume: "استئناف",
	stop: "إنهاء",
	whatHidden: "ما المخفي؟",
	countMasked: "نصوص وحقول محجوبة",
	countIgnored: "مستبعدة تمامًا",
	countUnreadable: "تعذّرت قراءتها",
	countNote: "لا يغادر متصفحك منها سوى رموز بديلة أو لا شيء على الإطلاق.",
	ended: "انتهت الجلسة",
	endedHint: "لم يعد أحد يرى هذه الصفحة.",
	again: "البدء من جديد",
	close: "إغلاق",
	moved: "استُكملت في علامة تبويب أخرى",
	movedHint: "تستمر هذه الجلسة في علامة تبويب أخرى لديك.",
	continueHere: "المتابعة هنا",
	error: "لا يوجد اتصال",
	unreachable: "يتعذّر الوصول إلى المساعدة الآن. تعمل هذه الصفحة كالمعتاد.",
	refused: "المساعدة غير متاحة في هذه الصفحة.",
	busy: "محاولات كثيرة جدًا. يُرجى الانتظار قليلًا.",
	retry: "إعادة المحاولة",
	pointed: (name, what) => (what ? `يشير ${name} إلى «${what}»` : `يشير ${name} إلى الصفحة`),
};
