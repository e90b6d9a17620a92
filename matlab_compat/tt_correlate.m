function [f, said] = tt_correlate(reference, deformed, varargin)
%TT_CORRELATE  Displacements and strains between two images, by `temtensile correlate`.
%   F = TT_CORRELATE(REFERENCE, DEFORMED) correlates two image files (PGM, PNG,
%   TIFF, BMP or the first frame of a recording) and returns the field as
%   TT_READ_FIELD does. Without a region the bar is looked for, and where there
%   is none the whole image is taken. [F, SAID] = ... also returns what the
%   program printed.
%   F = TT_CORRELATE(VIDEO, '', 'folder', FOLDER) correlates the frames of a
%   recording with its first one and leaves the fields and their maps in FOLDER.
%
%   Options, as name and value:
%     'folder'   where tables (and maps) are left (default: a folder that is
%                removed again; needed for a recording)
%     'subset'   side of the subsets, odd, px (default 0: from the texture)
%     'step'     distance of the points, px (default 0: a fifth of the subset)
%     'order'    shape function: 0, 1 or 2 (default 1)
%     'roi'      [x y width height] from 0, px (default [])
%     'polygon'  n x 2 corners from 0, px (default [])
%     'mask'     image that is not 0 inside the region (default '')
%     'strain'   'engineering', 'green-lagrange' or 'logarithmic'
%     'window'   side of the virtual strain gauge, px (default 0: 5 steps)
%     'every'    of a recording: every N-th frame (default 1)
%     'program'  the program (default: the environment variable TEMTENSILE, or
%                temtensile on the PATH)
%
%   Units: pixels, counted from 0; strains are numbers (1).
%
%   Example
%     f = tt_correlate('ref.png', 'def.png', 'subset', 33, 'step', 6);
%     imagesc(f.exx), axis image, colorbar
%
%   See also TT_READ_FIELD, TT_TO_NCORR.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('folder', '', 'subset', 0, 'step', 0, 'order', 1, 'roi', [], 'polygon', [], 'mask', '', ...
                      'strain', 'engineering', 'window', 0, 'every', 1, 'program', ''), varargin);
video = isempty(deformed);
if video && isempty(o.folder)
    tt_fail('correlate', 'the fields of a recording need a folder: say which with ''folder''');
end
folder = o.folder;
if isempty(folder)
    folder = tempname();
    removing = onCleanup(@() remove(folder)); %#ok<NASGU>
end
words = {'--order', sprintf('%d', o.order), '--strain', o.strain};
words = [words, number('--subset', o.subset), number('--step', o.step), number('--window', o.window)];
if ~isempty(o.roi)
    words = [words, {'--roi', list(o.roi)}];
end
if ~isempty(o.polygon)
    words = [words, {'--polygon', list(o.polygon')}];
end
if ~isempty(o.mask)
    words = [words, {'--mask', o.mask}];
end
if video
    target = folder;
    words = [words, {'--every', sprintf('%d', o.every), '--video', reference}];
else
    target = fullfile(folder, 'field.csv');
    words = [words, {reference, deformed}];
end
if ~exist(folder, 'dir') && ~video
    mkdir(folder);
end
said = tt_run(o.program, [{'correlate', '-o', target}, words]);
f = tt_read_field(target);
end

function words = number(option, value)
words = {};
if value > 0
    words = {option, sprintf('%.15g', value)};
end
end

function text = list(values)
text = strjoin(arrayfun(@(v) sprintf('%.15g', v), values(:)', 'UniformOutput', false), ',');
end

function remove(folder)
if exist(folder, 'dir')
    delete(fullfile(folder, '*'));
    if exist(fullfile(folder, '.temtensile-record'), 'file')
        delete(fullfile(folder, '.temtensile-record'));
    end
    rmdir(folder);
end
end
